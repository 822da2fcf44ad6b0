/* Transforms of small polynomials, encryption, products. */
#include "poly-encode.h"

/* Transforms polynomials with signed coefficients: [count x 4096] to [count x 4 x 4096]. */
void EXPORT(poly_transform)(const uint32_t *values, uint32_t count, uint32_t *out) {
  for (uint32_t n = 0; n < count; n++, values += DEGREE) {
    for (int k = 0; k < PRIMES; k++, out += DEGREE) {
      u32x4 p = splat4(ntt_primes[k]);
      for (uint32_t i = 0; i < DEGREE; i += 4) store4(out + i, signed_residue(load4(values + i), p));
      ntt_forward(out, k);
    }
  }
}

/* Back from transformed form, in place: [count x 4 x 4096]. */
void EXPORT(poly_restore)(uint32_t *values, uint32_t count) {
  for (uint32_t n = 0; n < PRIMES * count; n++, values += DEGREE) ntt_inverse(values, (int)(n % PRIMES));
}

/* out = NTT(round(q m / 2^l) + noise) - a s, the first half of an encryption of m under s with second half a. */
void EXPORT(poly_encrypt)(const uint32_t *values, uint32_t ring_bits, const uint32_t *noise, const uint32_t *a,
                          const uint32_t *s, uint32_t *out) {
  for (int k = 0; k < PRIMES; k++, a += DEGREE, s += DEGREE, out += DEGREE) {
    u32x4 p = splat4(ntt_primes[k]);
    struct factor wrap = wrap_factor(ntt_primes[k]), scale = encode_factor(ring_bits, k);
    for (uint32_t i = 0; i < DEGREE; i += 4)
      store4(out + i, canonical(encode(load4(values + i), ring_bits, scale, p) + signed_residue(load4(noise + i), p), p));
    ntt_forward(out, k);
    for (uint32_t i = 0; i < DEGREE; i += 4)
      store4(out + i, canonical(load4(out + i) + p - product(load4(a + i), load4(s + i), wrap, p), p));
  }
}

enum { CHUNK = 1024 };

/* sums[0] += c0 w and sums[1] += c1 w on a chunk, in 64 bits. */
static void accumulate(const uint32_t *c0, const uint32_t *c1, const uint32_t *w, u64x2 sums[2][CHUNK / 2]) {
  for (uint32_t i = 0; i < CHUNK; i += 4) {
    u32x4 factor = load4(w + i), first = load4(c0 + i), second = load4(c1 + i);
    sums[0][i / 2] += wide_low(first, factor);
    sums[0][i / 2 + 1] += wide_high(first, factor);
    sums[1][i / 2] += wide_low(second, factor);
    sums[1][i / 2 + 1] += wide_high(second, factor);
  }
}

/*
 * out[r] = sum over j of ciphertexts[j] weights[r][j], for ciphertexts [count x 2 x 4 x 4096], weights [rows] addresses of
 * [count x 4 x 4096], out [rows x 2 x 4 x 4096]; at most 1024 products a sum, so that 64 bits hold it.
 */
void EXPORT(poly_multiply_accumulate)(const uint32_t *ciphertexts, const uint32_t *const *weights, uint32_t count,
                                      uint32_t rows, uint32_t *out) {
  u64x2 sums[2][CHUNK / 2];
  for (uint32_t at = 0; at < POLY; at += CHUNK) {
    u32x4 p = splat4(ntt_primes[at / DEGREE]);
    struct factor wrap = wrap_factor(ntt_primes[at / DEGREE]);
    for (uint32_t r = 0; r < rows; r++) {
      for (uint32_t i = 0; i < CHUNK / 2; i++) sums[0][i] = sums[1][i] = (u64x2){0, 0};
      for (uint32_t j = 0; j < count; j++) {
        const uint32_t *c = ciphertexts + (size_t)j * 2 * POLY + at;
        accumulate(c, c + POLY, weights[r] + (size_t)j * POLY + at, sums);
      }
      for (uint32_t half = 0; half < 2; half++) {
        uint32_t *to = out + ((size_t)2 * r + half) * POLY + at;
        for (uint32_t i = 0; i < CHUNK; i += 4)
          store4(to + i, wide_residue(sums[half][i / 2], sums[half][i / 2 + 1], wrap, p));
      }
    }
  }
}
