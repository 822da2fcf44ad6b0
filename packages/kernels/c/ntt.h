/*
 * Polynomials of Z_q[X] / (X^4096 + 1) by their residues modulo four primes of 27 bits, and the transform that makes
 * their products pointwise. Branches and addresses depend on sizes and bit widths only.
 *
 * A residue is canonical below its prime p. Intermediate values are lazy: anything below 2^32 that has the right residue.
 */
#ifndef RELENT_NTT_H
#define RELENT_NTT_H

#include "vec.h"

enum { DEGREE = 4096, PRIMES = 4, POLY = PRIMES * DEGREE, PRIME_BITS = 27 };

typedef uint64_t u64x2 __attribute__((vector_size(16)));

extern const uint32_t ntt_primes[PRIMES];

static inline u64x2 wide_low(u32x4 a, u32x4 b) {
  typedef uint32_t u32x2 __attribute__((vector_size(8)));
  u32x2 x = __builtin_shufflevector(a, a, 0, 1), y = __builtin_shufflevector(b, b, 0, 1);
  return __builtin_convertvector(x, u64x2) * __builtin_convertvector(y, u64x2);
}

static inline u64x2 wide_high(u32x4 a, u32x4 b) {
  typedef uint32_t u32x2 __attribute__((vector_size(8)));
  u32x2 x = __builtin_shufflevector(a, a, 2, 3), y = __builtin_shufflevector(b, b, 2, 3);
  return __builtin_convertvector(x, u64x2) * __builtin_convertvector(y, u64x2);
}

/* Upper words of the products. */
static inline u32x4 high_product(u32x4 a, u32x4 b) {
  return __builtin_shufflevector((u32x4)wide_low(a, b), (u32x4)wide_high(a, b), 1, 3, 5, 7);
}

/* A factor below p with floor(factor * 2^32 / p). */
struct factor {
  uint32_t value, quotient;
};

static inline struct factor make_factor(uint32_t value, uint32_t p) {
  return (struct factor){value, (uint32_t)(((uint64_t)value << 32) / p)};
}

/* x * w mod p, below 2p, for any x (Shoup). */
static inline u32x4 times(u32x4 x, u32x4 w, u32x4 quotient, u32x4 p) { return x * w - high_product(x, quotient) * p; }

static inline u32x4 times_factor(u32x4 x, struct factor w, u32x4 p) {
  return times(x, splat4(w.value), splat4(w.quotient), p);
}

/* Any x to below 2p: the primes lie so close to 2^27 that the top 5 bits are the quotient or one less. */
static inline u32x4 fold(u32x4 x, u32x4 p) { return x - (x >> PRIME_BITS) * p; }

/* From below 2p to canonical. */
static inline u32x4 settle(u32x4 x, u32x4 p) { return x - (p & (u32x4)(x >= p)); }

static inline u32x4 canonical(u32x4 x, u32x4 p) { return settle(fold(x, p), p); }

/* Canonical residues of signed words. */
static inline u32x4 signed_residue(u32x4 x, u32x4 p) {
  u32x4 negative = splat4(0) - (x >> 31);
  u32x4 size = canonical((x ^ negative) - negative, p);
  return settle(size ^ ((size ^ (p - size)) & negative), p);
}

/* Canonical residues of 64-bit numbers given as pairs of vectors; `wrap` is 2^32 mod p. */
static inline u32x4 wide_residue(u64x2 first, u64x2 second, struct factor wrap, u32x4 p) {
  u32x4 low = __builtin_shufflevector((u32x4)first, (u32x4)second, 0, 2, 4, 6);
  u32x4 high = __builtin_shufflevector((u32x4)first, (u32x4)second, 1, 3, 5, 7);
  return canonical(fold(low, p) + times_factor(high, wrap, p), p);
}

static inline struct factor wrap_factor(uint32_t p) { return make_factor((uint32_t)(((uint64_t)1 << 32) % p), p); }

/* Product of canonical residues, canonical. */
static inline u32x4 product(u32x4 a, u32x4 b, struct factor wrap, u32x4 p) {
  return wide_residue(wide_low(a, b), wide_high(a, b), wrap, p);
}

/* a^e mod p. */
uint32_t ntt_power(uint32_t a, uint32_t e, uint32_t p);

/* a^-1 mod p, for tables and constants, not for secrets. */
static inline uint32_t ntt_inverse_of(uint32_t a, uint32_t p) { return ntt_power(a % p, p - 2, p); }

/* In place: residues at most p to canonical values at the odd powers of psi, in bit-reversed order. */
void ntt_forward(uint32_t a[DEGREE], int prime);

/* In place: canonical values to canonical residues. */
void ntt_inverse(uint32_t a[DEGREE], int prime);

#endif
