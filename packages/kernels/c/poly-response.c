/*
 * The server's answer and its opening: re-randomisation, masks, flooding noise, modulus switching from four primes to
 * two, truncation. docs/rlwe.md adds the noise up.
 */
#include "poly-encode.h"

/* Bits of p0 p1, rounded up. */
enum { SWITCHED_BITS = 54 };

struct response {
  uint32_t positions, ring_bits, flood_bits, bits0, bits1;
};

/* words[w] + 2^32 words[w + 1] + ... of `bits` + 1 low bits, minus 2^bits: uniform in [-2^bits, 2^bits). */
static inline u32x4 flood(const uint32_t *words, uint32_t bits, struct factor wrap, uint32_t power, u32x4 p) {
  u32x4 sum = splat4(0);
  for (uint32_t w = 3; w-- > 0;) {
    uint32_t kept = bits + 1 > 32 * w ? bits + 1 - 32 * w : 0;
    uint32_t mask = kept >= 32 ? ~(uint32_t)0 : ((uint32_t)1 << kept) - 1;
    u32x4 word = (u32x4){words[w], words[3 + w], words[6 + w], words[9 + w]} & splat4(mask);
    sum = canonical(times_factor(sum, wrap, p) + fold(word, p), p);
  }
  return canonical(sum + p - splat4(power), p);
}

/* Adds to the coefficients of c0 that are sent, gathered in `c0`: the encoding of -mask, and flooding noise. */
static void add_masks(uint32_t *c0, const uint32_t *masks, const uint32_t *noise, const struct response *spec, int k) {
  u32x4 p = splat4(ntt_primes[k]);
  struct factor wrap = wrap_factor(ntt_primes[k]), scale = encode_factor(spec->ring_bits, k);
  uint32_t power = ntt_power(2, spec->flood_bits, ntt_primes[k]);
  for (uint32_t i = 0; i < spec->positions; i += 4) {
    u32x4 mask = encode(splat4(0) - load4(masks + i), spec->ring_bits, scale, p);
    u32x4 added = mask + flood(noise + 3 * i, spec->flood_bits, wrap, power, p);
    store4(c0 + i, canonical(load4(c0 + i) + added, p));
  }
}

/* Divides by the last prime of `primes`, rounding: x[k] for the other primes, `count` residues at distance DEGREE. */
static void drop_prime(uint32_t *x, uint32_t count, int primes) {
  uint32_t dropped = ntt_primes[primes - 1];
  u32x4 last = splat4(dropped), half = splat4(dropped / 2);
  const uint32_t *r = x + (primes - 1) * DEGREE;
  for (int k = 0; k + 1 < primes; k++) {
    u32x4 p = splat4(ntt_primes[k]);
    struct factor inverse = make_factor(ntt_inverse_of(dropped, ntt_primes[k]), ntt_primes[k]);
    for (uint32_t i = 0; i < count; i += 4) {
      u32x4 shifted = settle(load4(r + i) + half, last);
      u32x4 difference = load4(x + k * DEGREE + i) + half + (p << 1) - shifted;
      store4(x + k * DEGREE + i, settle(times_factor(difference, inverse, p), p));
    }
  }
}

/* Writes round(x / 2^(54 - bits)) in `bits` bits, x below p0 p1 by its residues at x and x + DEGREE. */
static void pack_switched(const uint32_t *x, uint32_t count, uint32_t bits, uint8_t *to) {
  u32x4 p1 = splat4(ntt_primes[1]);
  struct factor inverse = make_factor(ntt_inverse_of(ntt_primes[0], ntt_primes[1]), ntt_primes[1]);
  uint32_t cut = SWITCHED_BITS - bits, held_bits = 0;
  uint64_t held = 0;
  for (uint32_t i = 0; i < count; i += 4) {
    u32x4 low = load4(x + i);
    u32x4 high = settle(times_factor(load4(x + DEGREE + i) + (p1 << 1) - low, inverse, p1), p1);
    for (uint32_t j = 0; j < 4 && i + j < count; j++) {
      uint64_t value = low[j] + (uint64_t)ntt_primes[0] * high[j];
      value = (value + ((uint64_t)1 << cut >> 1)) >> cut;
      held |= value << held_bits;
      for (held_bits += bits; held_bits >= 8; held_bits -= 8, held >>= 8) *to++ = (uint8_t)held;
    }
  }
  if (held_bits) *to = (uint8_t)held;
}

/*
 * to = c1 [4096 x bits1], then c0 at the positions [positions x bits0], in whole bytes each.
 *
 * sum:        [2 x 4 x 4096] transformed; overwritten.
 * public_key: [2 x 4 x 4096] transformed.
 * u:          [4 x 4096], transformed ternary polynomial; overwritten.
 * error:      [4096], small.
 * at, masks:  [positions] and 3 words of slack.
 * noise:      [positions x 3] words and 9 of slack.
 */
void EXPORT(poly_respond)(uint32_t *sum, const uint32_t *public_key, uint32_t *u, const uint32_t *error,
                          const struct response *spec, const uint32_t *at, const uint32_t *masks, const uint32_t *noise,
                          uint8_t *to) {
  for (int k = 0; k < PRIMES; k++) {
    u32x4 p = splat4(ntt_primes[k]);
    struct factor wrap = wrap_factor(ntt_primes[k]);
    for (int half = 0; half < 2; half++) {
      uint32_t *c = sum + half * POLY + k * DEGREE;
      const uint32_t *key = public_key + half * POLY + k * DEGREE;
      for (uint32_t i = 0; i < DEGREE; i += 4)
        store4(c + i, canonical(load4(c + i) + product(load4(key + i), load4(u + k * DEGREE + i), wrap, p), p));
      ntt_inverse(c, k);
    }
    uint32_t *c1 = sum + POLY + k * DEGREE;
    for (uint32_t i = 0; i < DEGREE; i += 4)
      store4(c1 + i, canonical(load4(c1 + i) + signed_residue(load4(error + i), p), p));
  }
  uint32_t *c0 = u;
  for (int k = 0; k < PRIMES; k++) {
    for (uint32_t i = 0; i < spec->positions; i++) c0[k * DEGREE + i] = sum[k * DEGREE + at[i]];
    add_masks(c0 + k * DEGREE, masks, noise, spec, k);
  }
  for (int primes = PRIMES; primes > 2; primes--) {
    drop_prime(sum + POLY, DEGREE, primes);
    drop_prime(c0, spec->positions, primes);
  }
  pack_switched(sum + POLY, DEGREE, spec->bits1, to);
  pack_switched(c0, spec->positions, spec->bits0, to + (size_t)DEGREE / 8 * spec->bits1);
}

/* The next `count` fields of `bits` bits, at most 54, times 2^(54 - bits), as residues at to and to + DEGREE. */
static void unpack_switched(const uint8_t *from, uint32_t count, uint32_t bits, uint32_t *to) {
  uint64_t held = 0, mask = ((uint64_t)1 << bits) - 1;
  uint32_t held_bits = 0, cut = SWITCHED_BITS - bits;
  for (uint32_t i = 0; i < count; i++) {
    for (; held_bits < bits; held_bits += 8) held |= (uint64_t)*from++ << held_bits;
    uint64_t value = (held & mask) << cut;
    held >>= bits;
    held_bits -= bits;
    to[i] = (uint32_t)value;
    to[DEGREE + i] = (uint32_t)(value >> 32);
  }
  for (uint32_t i = 0; i < count; i += 4) {
    u32x4 low = load4(to + i), high = load4(to + DEGREE + i);
    for (int k = 0; k < 2; k++) {
      u32x4 p = splat4(ntt_primes[k]);
      store4(to + k * DEGREE + i, canonical(fold(low, p) + times_factor(high, wrap_factor(ntt_primes[k]), p), p));
    }
  }
}

/*
 * out[i] = round(2^l (c0 + c1 s) / (p0 p1)) at position at[i].
 * s is transformed; scratch holds 4 x 4096 words.
 */
void EXPORT(poly_open)(const uint8_t *from, const uint32_t *s, const struct response *spec, const uint32_t *at,
                       uint32_t *scratch, uint32_t *out) {
  uint32_t *c1 = scratch, *c0 = scratch + 2 * DEGREE;
  unpack_switched(from, DEGREE, spec->bits1, c1);
  unpack_switched(from + (size_t)DEGREE / 8 * spec->bits1, spec->positions, spec->bits0, c0);
  for (int k = 0; k < 2; k++) {
    uint32_t *c = c1 + k * DEGREE;
    u32x4 p = splat4(ntt_primes[k]);
    struct factor wrap = wrap_factor(ntt_primes[k]);
    ntt_forward(c, k);
    for (uint32_t i = 0; i < DEGREE; i += 4)
      store4(c + i, product(load4(c + i), load4(s + k * DEGREE + i), wrap, p));
    ntt_inverse(c, k);
  }
  u32x4 p0 = splat4(ntt_primes[0]), p1 = splat4(ntt_primes[1]);
  struct factor inverse = make_factor(ntt_inverse_of(ntt_primes[0], ntt_primes[1]), ntt_primes[1]);
  uint64_t modulus = (uint64_t)ntt_primes[0] * ntt_primes[1];
  double scale = (double)((uint64_t)1 << spec->ring_bits) / (double)(int64_t)modulus;
  for (uint32_t i = 0; i < spec->positions; i += 4) {
    u32x4 first = splat4(0), second = splat4(0);
    for (uint32_t j = 0; j < 4 && i + j < spec->positions; j++) {
      first[j] = c1[at[i + j]];
      second[j] = c1[DEGREE + at[i + j]];
    }
    u32x4 low = settle(first + load4(c0 + i), p0);
    u32x4 other = settle(second + load4(c0 + DEGREE + i), p1);
    u32x4 high = settle(times_factor(other + (p1 << 1) - low, inverse, p1), p1);
    for (uint32_t j = 0; j < 4 && i + j < spec->positions; j++) {
      uint64_t phase = low[j] + (uint64_t)ntt_primes[0] * high[j];
      /* A double is off by 2^-20 of a unit at most: part of the noise budget. Signed conversions have no branches. */
      out[i + j] = (uint32_t)(int64_t)((double)(int64_t)phase * scale + 0.5);
    }
  }
}
