/*
 * The bulk work of SoftSpoken OT extension with k = 4 (Roy, SoftSpokenOT, CRYPTO 2022): expands the 16 leaves
 * of each of 32 blocks, folds them to columns, and transposes the columns to one row of 128 bits an instance.
 */
#include "chacha.h"
#include "transpose.h"

enum { BITS = 4, LEAVES = 16, BLOCKS = 32, SLAB = CHACHA_LANES * CHACHA_BLOCK, SEED = 16 };

/* The fold of one block over a slab of columns, in lanes. */
struct fold {
  u32x4 sum[16];        /* xor of all leaf streams */
  u32x4 bit[BITS][16];  /* xor of the streams of the leaves whose index has the bit */
};

/*
 * Expands leaves `first` to 15 at four block counters and folds them as a binary counter does: when leaf x is done, every
 * complete subtree that ends in x is merged with its left sibling, so each stream is added less than twice.
 */
static inline void fold_leaves(const uint8_t *leaves, u32x4 state[16], int first, struct fold *fold) {
  u32x4 pending[BITS][16];
  u32x4 stream[16];
  for (int i = 0; i < BITS; i++)
    for (int w = 0; w < 16; w++) fold->bit[i][w] = pending[i][w] = splat4(0);
  for (int x = first; x < LEAVES; x++) {
    chacha_key_shared(state, 4, leaves + SEED * x);
    chacha_lanes(state, stream);
    int level = 0;
    for (; level < BITS && (x >> level & 1); level++) {
      for (int w = 0; w < 16; w++) {
        fold->bit[level][w] ^= stream[w];
        stream[w] ^= pending[level][w];
      }
    }
    u32x4 *to = level < BITS ? pending[level] : fold->sum;
    for (int w = 0; w < 16; w++) to[w] = stream[w];
  }
}

/* Writes four blocks in lanes as SLAB consecutive bytes. */
static inline void store_slab(const u32x4 lanes[16], uint8_t *to) {
  for (int g = 0; g < 4; g++) {
    u32x4 quads[4];
    chacha_quads(lanes, g, quads);
    for (int l = 0; l < 4; l++) store4(to + CHACHA_BLOCK * l + 16 * g, quads[l]);
  }
}

static inline uint32_t slab_bytes(uint32_t columns, uint32_t at) { return columns - at < SLAB ? columns - at : SLAB; }

static inline void slab_counter(u32x4 state[16], uint32_t low, uint32_t high, uint32_t at) {
  uint32_t first = low + at / CHACHA_BLOCK;
  chacha_number_lanes(state, 12, first, high + (first < low));
}

/*
 * The party that knows all leaves: rows [count x 16], choices [count / 8] bits, corrections [31 x count / 8].
 * `count` is a multiple of 128.
 */
void EXPORT(softspoken_receiver)(const uint8_t *leaves, const uint8_t *domain, uint32_t low, uint32_t high,
                                 uint32_t count, uint8_t *rows, uint8_t *choices, uint8_t *corrections) {
  uint8_t matrix[BLOCKS * BITS][SLAB];
  uint8_t sum[SLAB], first[SLAB];
  u32x4 state[16];
  struct fold fold;
  uint32_t columns = count / 8;
  chacha_constants(state);
  chacha_key_shared(state, 8, domain);
  for (uint32_t at = 0; at < columns; at += SLAB) {
    uint32_t bytes = slab_bytes(columns, at);
    slab_counter(state, low, high, at);
    for (uint32_t block = 0; block < BLOCKS; block++) {
      fold_leaves(leaves + (size_t)block * LEAVES * SEED, state, 0, &fold);
      for (uint32_t i = 0; i < BITS; i++) store_slab(fold.bit[i], matrix[BITS * block + i]);
      store_slab(fold.sum, block == 0 ? first : sum);
      uint8_t *to = block == 0 ? choices + at : corrections + (size_t)(block - 1) * columns + at;
      u32x4 keep = splat4(block == 0 ? 0 : 0xffffffff);
      const uint8_t *from = block == 0 ? first : sum;
      for (uint32_t i = 0; i < bytes; i += 16) store4(to + i, load4(from + i) ^ (load4(first + i) & keep));
    }
    transpose_128(&matrix[0][0], bytes, SLAB, rows + (size_t)at * 8 * 16);
  }
}

/*
 * The party that misses leaf delta_b of block b: `leaves` come in the order y = x ^ delta_b, so that the missing one is
 * y = 0 (ignored) and no address depends on delta. rows [count x 16].
 */
void EXPORT(softspoken_sender)(const uint8_t *leaves, const uint8_t *domain, uint32_t low, uint32_t high,
                               uint32_t count, const uint8_t *delta, const uint8_t *corrections, uint8_t *rows) {
  uint8_t matrix[BLOCKS * BITS][SLAB];
  u32x4 state[16];
  struct fold fold;
  uint32_t columns = count / 8;
  chacha_constants(state);
  chacha_key_shared(state, 8, domain);
  for (uint32_t at = 0; at < columns; at += SLAB) {
    uint32_t bytes = slab_bytes(columns, at);
    slab_counter(state, low, high, at);
    for (uint32_t block = 0; block < BLOCKS; block++) {
      fold_leaves(leaves + (size_t)block * LEAVES * SEED, state, 1, &fold);
      for (uint32_t i = 0; i < BITS; i++) {
        uint8_t *row = matrix[BITS * block + i];
        store_slab(fold.bit[i], row);
        if (block == 0) continue;
        const uint8_t *correction = corrections + (size_t)(block - 1) * columns + at;
        uint32_t index = BITS * block + i;
        u32x4 mask = splat4((uint32_t)0 - (uint32_t)(delta[index / 8] >> (index % 8) & 1));
        for (uint32_t j = 0; j < bytes; j += 16) store4(row + j, load4(row + j) ^ (load4(correction + j) & mask));
      }
    }
    transpose_128(&matrix[0][0], bytes, SLAB, rows + (size_t)at * 8 * 16);
  }
}

/* The transposition alone: 128 x count bits to count x 128; `count` is a multiple of 128. */
void EXPORT(transpose_bits)(const uint8_t *bits, uint32_t count, uint8_t *out) {
  transpose_128(bits, count / 8, count / 8, out);
}
