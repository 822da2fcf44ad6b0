/*
 * ChaCha12, four blocks at once: word w of the four states is one vector, one lane a block.
 *
 * Layout of a state (Bernstein 2008): 4 constant words, 8 key words, a 64-bit block counter, a 64-bit nonce.
 * Branches and addresses depend on lengths only.
 */
#ifndef RELENT_CHACHA_H
#define RELENT_CHACHA_H

#include "vec.h"

enum { CHACHA_ROUNDS = 12, CHACHA_PUBLIC_ROUNDS = 8, CHACHA_BLOCK = 64, CHACHA_LANES = 4 };

static inline u32x4 rotate16(u32x4 v) {
  u16x8 h = (u16x8)v;
  return (u32x4)__builtin_shufflevector(h, h, 1, 0, 3, 2, 5, 4, 7, 6);
}

static inline u32x4 rotate8(u32x4 v) {
  u8x16 b = (u8x16)v;
  return (u32x4)__builtin_shufflevector(b, b, 3, 0, 1, 2, 7, 4, 5, 6, 11, 8, 9, 10, 15, 12, 13, 14);
}

#define ROTATE(v, n) (((v) << (n)) | ((v) >> (32 - (n))))

#define QUARTER_ROUND(a, b, c, d) \
  a += b; d = rotate16(d ^ a);    \
  c += d; b ^= c; b = ROTATE(b, 12); \
  a += b; d = rotate8(d ^ a);     \
  c += d; b ^= c; b = ROTATE(b, 7);

/* out = state + rounds(state), the four blocks of keystream still in lanes. */
static inline void chacha_lanes_of(const u32x4 state[16], u32x4 out[16], int rounds) {
  u32x4 x0 = state[0], x1 = state[1], x2 = state[2], x3 = state[3];
  u32x4 x4 = state[4], x5 = state[5], x6 = state[6], x7 = state[7];
  u32x4 x8 = state[8], x9 = state[9], x10 = state[10], x11 = state[11];
  u32x4 x12 = state[12], x13 = state[13], x14 = state[14], x15 = state[15];
  for (int round = 0; round < rounds; round += 2) {
    QUARTER_ROUND(x0, x4, x8, x12)
    QUARTER_ROUND(x1, x5, x9, x13)
    QUARTER_ROUND(x2, x6, x10, x14)
    QUARTER_ROUND(x3, x7, x11, x15)
    QUARTER_ROUND(x0, x5, x10, x15)
    QUARTER_ROUND(x1, x6, x11, x12)
    QUARTER_ROUND(x2, x7, x8, x13)
    QUARTER_ROUND(x3, x4, x9, x14)
  }
  out[0] = x0 + state[0];
  out[1] = x1 + state[1];
  out[2] = x2 + state[2];
  out[3] = x3 + state[3];
  out[4] = x4 + state[4];
  out[5] = x5 + state[5];
  out[6] = x6 + state[6];
  out[7] = x7 + state[7];
  out[8] = x8 + state[8];
  out[9] = x9 + state[9];
  out[10] = x10 + state[10];
  out[11] = x11 + state[11];
  out[12] = x12 + state[12];
  out[13] = x13 + state[13];
  out[14] = x14 + state[14];
  out[15] = x15 + state[15];
}

/* With the number of rounds of everything secret. */
static inline void chacha_lanes(const u32x4 state[16], u32x4 out[16]) { chacha_lanes_of(state, out, CHACHA_ROUNDS); }

/* "expand 32-byte k" in words 0 to 3; everything else zero. */
static inline void chacha_constants(u32x4 state[16]) {
  state[0] = splat4(0x61707865);
  state[1] = splat4(0x3320646e);
  state[2] = splat4(0x79622d32);
  state[3] = splat4(0x6b206574);
  for (int w = 4; w < 16; w++) state[w] = splat4(0);
}

/* The same 16 key bytes in words `word` to `word` + 3 of every lane. */
static inline void chacha_key_shared(u32x4 state[16], int word, const uint8_t *key) {
  for (int w = 0; w < 4; w++) state[word + w] = splat4(load32(key + 4 * w));
}

/* Words `word` and `word` + 1 of lane l hold the 64-bit number `low, high` + l. */
static inline void chacha_number_lanes(u32x4 state[16], int word, uint32_t low, uint32_t high) {
  u32x4 lows = splat4(low) + (u32x4){0, 1, 2, 3};
  u32x4 carries = (u32x4)(lows < splat4(low));
  state[word] = lows;
  state[word + 1] = splat4(high) - carries;
}

/* Words `word` and `word` + 1 of every lane hold the 64-bit number `low, high`. */
static inline void chacha_number_shared(u32x4 state[16], int word, uint32_t low, uint32_t high) {
  state[word] = splat4(low);
  state[word + 1] = splat4(high);
}

/* Words 4 to 7 of lane l hold row l: 16 key bytes of its own. */
static inline void chacha_key_rows(u32x4 state[16], u32x4 row0, u32x4 row1, u32x4 row2, u32x4 row3) {
  transpose4(&row0, &row1, &row2, &row3);
  state[4] = row0;
  state[5] = row1;
  state[6] = row2;
  state[7] = row3;
}

/* Turns words 4g to 4g + 3 of the lanes into 16 bytes of each lane: quads[l] are bytes 16g to 16g + 15 of block l. */
static inline void chacha_quads(const u32x4 lanes[16], int g, u32x4 quads[4]) {
  for (int l = 0; l < 4; l++) quads[l] = lanes[4 * g + l];
  transpose4(&quads[0], &quads[1], &quads[2], &quads[3]);
}

#endif
