/* Keystreams and row hashes from ChaCha12. */
#include "chacha.h"

/* Copies the first `length` bytes (at most 64) of each of four blocks in lanes to its own address. */
static inline void copy_blocks(const u32x4 lanes[16], uint8_t *const to[4], const uint32_t length[4]) {
  uint8_t block[CHACHA_LANES][CHACHA_BLOCK];
  for (int g = 0; g < 4; g++) {
    u32x4 quads[4];
    chacha_quads(lanes, g, quads);
    for (int l = 0; l < 4; l++) store4(block[l] + 16 * g, quads[l]);
  }
  for (int l = 0; l < 4; l++) {
    if (length[l] == CHACHA_BLOCK) {
      for (int g = 0; g < 4; g++) store4(to[l] + 16 * g, load4(block[l] + 16 * g));
    } else {
      for (uint32_t i = 0; i < length[l]; i++) to[l][i] = block[l][i];
    }
  }
}

static inline uint32_t at_most_block(uint32_t left) { return left < CHACHA_BLOCK ? left : CHACHA_BLOCK; }

/* One keystream: key of 32 bytes, nonce 0, blocks from (low, high) on. */
void EXPORT(keystream)(const uint8_t *key, uint32_t low, uint32_t high, uint8_t *out, uint32_t length) {
  u32x4 state[16], lanes[16];
  chacha_constants(state);
  chacha_key_shared(state, 4, key);
  chacha_key_shared(state, 8, key + 16);
  for (uint32_t at = 0; at < length; at += CHACHA_LANES * CHACHA_BLOCK) {
    uint32_t first = low + at / CHACHA_BLOCK;
    chacha_number_lanes(state, 12, first, high + (first < low));
    chacha_lanes(state, lanes);
    uint8_t *to[4];
    uint32_t lengths[4];
    for (uint32_t l = 0; l < 4; l++) {
      uint32_t start = at + l * CHACHA_BLOCK;
      lengths[l] = start < length ? at_most_block(length - start) : 0;
      to[l] = out + (lengths[l] ? start : 0);
    }
    copy_blocks(lanes, to, lengths);
  }
}

/* One keystream a seed: key = seed, domain; four seeds at once. */
void EXPORT(expand_seeds)(const uint8_t *seeds, uint32_t count, const uint8_t *domain, uint32_t low, uint32_t high,
                          uint8_t *out, uint32_t length) {
  u32x4 state[16], lanes[16];
  chacha_constants(state);
  chacha_key_shared(state, 8, domain);
  for (uint32_t n = 0; n < count; n += 4) {
    u32x4 rows[4];
    for (uint32_t l = 0; l < 4; l++) rows[l] = n + l < count ? load4(seeds + (size_t)16 * (n + l)) : splat4(0);
    chacha_key_rows(state, rows[0], rows[1], rows[2], rows[3]);
    for (uint32_t at = 0; at < length; at += CHACHA_BLOCK) {
      uint32_t block = low + at / CHACHA_BLOCK;
      chacha_number_shared(state, 12, block, high + (block < low));
      chacha_lanes(state, lanes);
      uint8_t *to[4];
      uint32_t lengths[4];
      for (uint32_t l = 0; l < 4; l++) {
        lengths[l] = n + l < count ? at_most_block(length - at) : 0;
        to[l] = out + (lengths[l] ? (size_t)(n + l) * length + at : 0);
      }
      copy_blocks(lanes, to, lengths);
    }
  }
}

/*
 * pad_j = first bytes of ChaCha12(key = (row_j ^ mask), domain; nonce = tweak + j).
 * `lengths` is null if all pads have `length` bytes. `out` has 16 bytes of slack behind the last pad, because short pads
 * are written in whole vectors, each overwriting the excess of the one before.
 */
void EXPORT(hash_rows)(const uint8_t *rows, uint32_t count, const uint8_t *mask, const uint8_t *domain, uint32_t low,
                       uint32_t high, const uint32_t *lengths, uint32_t length, uint8_t *out) {
  u32x4 state[16], lanes[16];
  u32x4 masks = load4(mask);
  chacha_constants(state);
  chacha_key_shared(state, 8, domain);
  for (uint32_t n = 0; n < count; n += 4) {
    u32x4 row[4];
    uint32_t pad[4], longest = 0;
    for (uint32_t l = 0; l < 4; l++) {
      int present = n + l < count;
      row[l] = present ? load4(rows + (size_t)16 * (n + l)) ^ masks : splat4(0);
      pad[l] = present ? (lengths ? lengths[n + l] : length) : 0;
      if (pad[l] > longest) longest = pad[l];
    }
    chacha_key_rows(state, row[0], row[1], row[2], row[3]);
    uint32_t first = low + n;
    chacha_number_lanes(state, 14, first, high + (first < low));
    if (longest <= CHACHA_BLOCK) {
      chacha_number_shared(state, 12, 0, 0);
      chacha_lanes(state, lanes);
      u32x4 quads[4][4];
      for (uint32_t g = 0; 16 * g < longest; g++) chacha_quads(lanes, (int)g, quads[g]);
      for (uint32_t l = 0; l < 4; l++) {
        for (uint32_t g = 0; 16 * g < pad[l]; g++) store4(out + 16 * g, quads[g][l]);
        out += pad[l];
      }
    } else {
      for (uint32_t at = 0; at < longest; at += CHACHA_BLOCK) {
        chacha_number_shared(state, 12, at / CHACHA_BLOCK, 0);
        chacha_lanes(state, lanes);
        uint8_t *to[4], *start = out;
        uint32_t part[4];
        for (uint32_t l = 0; l < 4; l++) {
          part[l] = at < pad[l] ? at_most_block(pad[l] - at) : 0;
          to[l] = start + (part[l] ? at : 0);
          start += pad[l];
        }
        copy_blocks(lanes, to, part);
      }
      for (uint32_t l = 0; l < 4; l++) out += pad[l];
    }
  }
}
