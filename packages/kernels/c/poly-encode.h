/* Plaintexts of Z_2^l at the top of Z_q: m becomes round(q m / 2^l). */
#ifndef RELENT_POLY_ENCODE_H
#define RELENT_POLY_ENCODE_H

#include "ntt.h"

/* q modulo 2^32. */
static inline uint32_t modulus_word(void) {
  return ntt_primes[0] * ntt_primes[1] * ntt_primes[2] * ntt_primes[3];
}

/* -(2^-l) mod p. */
static inline struct factor encode_factor(uint32_t ring_bits, int k) {
  uint32_t p = ntt_primes[k];
  return make_factor(p - ntt_power((p + 1) / 2, ring_bits, p), p);
}

/*
 * round(q m / 2^l) = (q m + 2^(l-1) - r) / 2^l with r = (q m + 2^(l-1)) mod 2^l, and q is 0 modulo p: what remains is
 * (r - 2^(l-1)) times -(2^-l). Canonical.
 */
static inline u32x4 encode(u32x4 m, uint32_t ring_bits, struct factor scale, u32x4 p) {
  u32x4 half = splat4((uint32_t)1 << (ring_bits - 1));
  u32x4 r = (m * splat4(modulus_word()) + half) & splat4((half[0] << 1) - 1);
  return settle(times_factor(signed_residue(r - half, p), scale, p), p);
}

#endif
