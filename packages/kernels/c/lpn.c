/*
 * Local linear code of primal LPN: every row gets 10 rows of a table added, at public pseudorandom places. The table is secret,
 * the places are not, so addresses that depend on them reveal nothing.
 */
#include "chacha.h"

enum { WEIGHT = 10, GROUP = 128, MOST_INDEX_BYTES = 3, ROW = 16, STRIDE = CHACHA_LANES * CHACHA_BLOCK };

/* Fills `stream` with the next `bytes` (a multiple of STRIDE) of the ChaCha8 keystream. */
static inline void draw(u32x4 state[16], uint32_t low, uint32_t high, uint8_t *stream, uint32_t bytes) {
  u32x4 lanes[16];
  for (uint32_t at = 0; at < bytes; at += STRIDE) {
    uint32_t first = low + at / CHACHA_BLOCK;
    chacha_number_lanes(state, 12, first, high + (first < low));
    chacha_lanes_of(state, lanes, CHACHA_PUBLIC_ROUNDS);
    for (int g = 0; g < 4; g++) {
      u32x4 quads[4];
      chacha_quads(lanes, g, quads);
      for (int l = 0; l < 4; l++) store4(stream + at + CHACHA_BLOCK * l + 16 * g, quads[l]);
    }
  }
}

static inline __attribute__((always_inline)) void add_rows(uint8_t *rows, const uint8_t *table, uint32_t mask,
                                                           const uint8_t *stream, uint32_t index_bytes) {
  for (uint32_t r = 0; r < GROUP; r++, rows += ROW) {
    u32x4 sum = load4(rows);
    for (uint32_t i = 0; i < WEIGHT; i++, stream += index_bytes) {
      uint32_t index = (load32(stream)) & mask;
      sum ^= load4(table + (size_t)ROW * index);
    }
    store4(rows, sum);
  }
}

/*
 * Adds to `count` rows (a multiple of 128) of the code; `mask` is the table's length, a power of two up to 2^24, minus 1. An
 * index is the low bits of 2 bytes (up to 2^16) or 3 bytes of the keystream, row after row, from block (low, high) on.
 */
void EXPORT(lpn_encode)(uint8_t *rows, uint32_t count, const uint8_t *table, uint32_t mask, const uint8_t *key, uint32_t low,
                        uint32_t high) {
  /* An index is read as 4 bytes, so there is slack behind the last one. */
  uint8_t stream[GROUP * WEIGHT * MOST_INDEX_BYTES + 4];
  u32x4 state[16];
  uint32_t index_bytes = mask >> 16 ? 3 : 2;
  uint32_t bytes = GROUP * WEIGHT * index_bytes;
  chacha_constants(state);
  chacha_key_shared(state, 4, key);
  chacha_key_shared(state, 8, key + 16);
  for (uint32_t at = 0; at < count; at += GROUP) {
    draw(state, low, high, stream, bytes);
    if (index_bytes == 2) add_rows(rows + (size_t)ROW * at, table, mask, stream, 2);
    else add_rows(rows + (size_t)ROW * at, table, mask, stream, 3);
    uint32_t next = low + bytes / CHACHA_BLOCK;
    high += next < low;
    low = next;
  }
}
