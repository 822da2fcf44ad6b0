/*
 * Correlated GGM trees (Guo et al., Half-Tree, EUROCRYPT 2023, figure 3): the two nodes of level 1 differ by delta, a node X
 * of level i - 1 has the children H(X) and H(X) ^ X, so every level adds up to delta.
 * H(X) = first 16 bytes of ChaCha12(key = X, domain; counter = level, nonce = number of the tree).
 *
 * A tree grows in place, from the last node to the first. Branches and addresses depend on sizes only: the receiver's
 * secret path enters through masks.
 */
#include "chacha.h"

enum { NODE = 16, MAX_DEPTH = 16 };

/* What is added to the two nodes of pair number `pair` when they are next read. */
struct patch {
  uint32_t pair;
  u32x4 even, odd;
};

/* Sums over a level: of its left children, and of their parents. */
struct sums {
  u32x4 left, parents;
};

static const u32x4 low_bit = {1, 0, 0, 0};

static inline u32x4 mask_if(uint32_t condition) { return splat4((uint32_t)0 - condition); }

static inline void hash_nodes(u32x4 state[16], const u32x4 nodes[4], u32x4 hashes[4]) {
  u32x4 lanes[16];
  chacha_key_rows(state, nodes[0], nodes[1], nodes[2], nodes[3]);
  chacha_lanes(state, lanes);
  chacha_quads(lanes, 0, hashes);
}

/* Replaces `width` nodes by their children. */
static inline __attribute__((always_inline)) struct sums grow_level(uint8_t *tree, uint32_t width, u32x4 state[16],
                                                                    const struct patch *patch) {
  struct sums sums = {splat4(0), splat4(0)};
  uint32_t count = width < 4 ? width : 4;
  for (uint32_t at = width; at;) {
    at -= count;
    u32x4 nodes[4], hashes[4];
    for (uint32_t l = 0; l < 4; l++) nodes[l] = l < count ? load4(tree + (size_t)NODE * (at + l)) : splat4(0);
    if (patch) {
      for (uint32_t l = 0; l < 4; l += 2) {
        u32x4 here = mask_if(((at + l) >> 1) == patch->pair);
        nodes[l] ^= here & patch->even;
        nodes[l + 1] ^= here & patch->odd;
      }
    }
    hash_nodes(state, nodes, hashes);
    for (uint32_t l = 0; l < count; l++) {
      uint8_t *children = tree + (size_t)NODE * 2 * (at + l);
      store4(children, hashes[l]);
      store4(children + NODE, hashes[l] ^ nodes[l]);
      sums.left ^= hashes[l];
      sums.parents ^= nodes[l];
    }
  }
  return sums;
}

static inline void number_tree(u32x4 state[16], uint32_t low, uint32_t high, uint32_t tree) {
  uint32_t number = low + tree;
  chacha_number_shared(state, 14, number, high + (number < low));
}

/*
 * The party that knows delta (odd): leaves [count x 2^depth x 16] with their lowest bit cleared, and for every level the sum
 * of its left nodes [count x depth x 16].
 */
void EXPORT(ggm_sender)(const uint8_t *roots, uint32_t count, const uint8_t *delta, const uint8_t *domain, uint32_t low,
                        uint32_t high, uint32_t depth, uint8_t *leaves, uint8_t *sums) {
  u32x4 state[16];
  chacha_constants(state);
  chacha_key_shared(state, 8, domain);
  for (uint32_t t = 0; t < count; t++) {
    uint8_t *tree = leaves + ((size_t)(NODE * t) << depth);
    u32x4 root = load4(roots + (size_t)NODE * t);
    store4(tree, root);
    store4(tree + NODE, root ^ load4(delta));
    store4(sums, root);
    sums += NODE;
    number_tree(state, low, high, t);
    for (uint32_t level = 2; level <= depth; level++, sums += NODE) {
      chacha_number_shared(state, 12, level, 0);
      store4(sums, grow_level(tree, 1u << (level - 1), state, 0).left);
    }
    for (uint32_t j = 0; j < 1u << depth; j++) store4(tree + NODE * j, load4(tree + NODE * j) & ~low_bit);
  }
}

/* The hash of the zero node at every level: what stands for the children of the unknown node, which is kept as zero. */
static inline void hash_zero(u32x4 state[16], uint32_t depth, u32x4 zero[MAX_DEPTH + 4]) {
  u32x4 nodes[4] = {splat4(0), splat4(0), splat4(0), splat4(0)};
  for (uint32_t level = 0; level <= depth; level += 4) {
    chacha_number_lanes(state, 12, level, 0);
    hash_nodes(state, nodes, zero + level);
  }
}

/*
 * The party that knows of every level i the sum of the nodes on the side that the path does not take: sums [count x depth x 16].
 * Bit depth - i of paths[t] is the side taken. Leaves as the sender's, but at the path's end the sender's leaf ^ delta, with
 * the lowest bit 1.
 */
void EXPORT(ggm_receiver)(const uint32_t *paths, const uint8_t *sums, uint32_t count, const uint8_t *domain, uint32_t low,
                          uint32_t high, uint32_t depth, uint8_t *leaves) {
  u32x4 state[16], zero[MAX_DEPTH + 4];
  chacha_constants(state);
  chacha_key_shared(state, 8, domain);
  for (uint32_t t = 0; t < count; t++) {
    uint8_t *tree = leaves + ((size_t)(NODE * t) << depth);
    uint32_t path = paths[t];
    number_tree(state, low, high, t);
    hash_zero(state, depth, zero);
    u32x4 right = mask_if(path >> (depth - 1) & 1); /* the path goes right, so the left node is known */
    u32x4 known = load4(sums);
    store4(tree, known & right);
    store4(tree + NODE, known & ~right);
    sums += NODE;
    struct patch patch = {1, splat4(0), splat4(0)};
    u32x4 end = splat4(0);
    for (uint32_t level = 2; level <= depth; level++, sums += NODE) {
      chacha_number_shared(state, 12, level, 0);
      struct sums grown = grow_level(tree, 1u << (level - 1), state, &patch);
      right = mask_if(path >> (depth - level) & 1);
      u32x4 side = grown.left ^ (grown.parents & ~right);
      u32x4 sibling = load4(sums) ^ side ^ zero[level];
      patch.pair = path >> (depth - level + 1);
      patch.even = zero[level] ^ (sibling & right);
      patch.odd = zero[level] ^ (sibling & ~right);
      end = grown.parents ^ sibling;
    }
    /* All leaves but the unknown one add up to that leaf ^ delta. */
    patch.even ^= end & ~right;
    patch.odd ^= end & right;
    for (uint32_t j = 0; j < 1u << depth; j += 2) {
      uint8_t *pair = tree + NODE * j;
      u32x4 here = mask_if((j >> 1) == patch.pair);
      u32x4 even = (load4(pair) ^ (here & patch.even)) & ~low_bit;
      u32x4 odd = (load4(pair + NODE) ^ (here & patch.odd)) & ~low_bit;
      store4(pair, even | (here & ~right & low_bit));
      store4(pair + NODE, odd | (here & right & low_bit));
    }
  }
}
