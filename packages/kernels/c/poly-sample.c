/* Random polynomials from keystreams, and residues on the wire. */
#include "chacha.h"
#include "ntt.h"

/*
 * A uniform polynomial in transformed form, public: prime k takes from the keystream of nonce 4 * index + k the words
 * whose low 27 bits are below p. The rejections depend on public values only.
 */
void EXPORT(poly_uniform)(const uint8_t *key, uint32_t index, uint32_t *out) {
  u32x4 state[16], lanes[16];
  chacha_constants(state);
  chacha_key_shared(state, 4, key);
  chacha_key_shared(state, 8, key + 16);
  for (uint32_t k = 0; k < PRIMES; k++) {
    chacha_number_shared(state, 14, PRIMES * index + k, 0);
    uint32_t made = 0;
    for (uint32_t block = 0; made < DEGREE; block += CHACHA_LANES) {
      uint32_t words[CHACHA_LANES][16];
      chacha_number_lanes(state, 12, block, 0);
      chacha_lanes(state, lanes);
      for (int g = 0; g < 4; g++) {
        u32x4 quads[4];
        chacha_quads(lanes, g, quads);
        for (int l = 0; l < 4; l++) store4(words[l] + 4 * g, quads[l]);
      }
      for (uint32_t i = 0; i < 16 * CHACHA_LANES && made < DEGREE; i++) {
        uint32_t word = words[i / 16][i % 16] & (((uint32_t)1 << PRIME_BITS) - 1);
        out[made] = word;
        made += word < ntt_primes[k];
      }
    }
    out += DEGREE;
  }
}

/* Uniform in {-1, 0, 1}: floor(3u / 2^64) - 1 for 64-bit words u. */
void EXPORT(poly_ternary)(const uint32_t *stream, uint32_t *out) {
  for (uint32_t i = 0; i < DEGREE; i++) {
    uint64_t low = (uint64_t)stream[2 * i] * 3 >> 32;
    out[i] = (uint32_t)(((uint64_t)stream[2 * i + 1] * 3 + low) >> 32) - 1;
  }
}

/* Centered binomial: the difference of the weights of two strings of 21 bits. */
void EXPORT(poly_binomial)(const uint32_t *stream, uint32_t *out) {
  const uint32_t mask = ((uint32_t)1 << 21) - 1;
  for (uint32_t i = 0; i < DEGREE; i++) {
    int up = __builtin_popcount(stream[2 * i] & mask), down = __builtin_popcount(stream[2 * i + 1] & mask);
    out[i] = (uint32_t)(up - down);
  }
}

/* 27 bits a residue, least significant bit first: 8 residues take 27 bytes. */
void EXPORT(poly_pack)(const uint32_t *from, uint32_t count, uint8_t *to) {
  uint64_t held = 0;
  uint32_t bits = 0;
  for (uint32_t i = 0; i < count; i++) {
    held |= (uint64_t)from[i] << bits;
    for (bits += PRIME_BITS; bits >= 8; bits -= 8, held >>= 8) *to++ = (uint8_t)held;
  }
}

/* Returns how many residues are not below their prime. */
uint32_t EXPORT(poly_unpack)(const uint8_t *from, uint32_t count, uint32_t *to) {
  uint64_t held = 0;
  uint32_t bits = 0, bad = 0;
  for (uint32_t i = 0; i < count; i++) {
    for (; bits < PRIME_BITS; bits += 8) held |= (uint64_t)*from++ << bits;
    to[i] = (uint32_t)held & (((uint32_t)1 << PRIME_BITS) - 1);
    bad += to[i] >= ntt_primes[i / DEGREE % PRIMES];
    held >>= PRIME_BITS;
    bits -= PRIME_BITS;
  }
  return bad;
}
