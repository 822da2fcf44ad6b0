/*
 * Negacyclic number-theoretic transforms of size 4096, lazy (Longa and Naehrig, eprint 2016/504, algorithms 1 and 2;
 * Harvey, arXiv:1205.2926), two layers a pass.
 */
#include "ntt.h"

const uint32_t ntt_primes[PRIMES] = {134176769, 134111233, 134012929, 133963777};
/* A primitive 8192nd root of unity of each prime. */
static const uint32_t primitive_roots[PRIMES] = {51707741, 133095912, 89697661, 19581179};

struct table {
  uint32_t value[DEGREE], quotient[DEGREE];
};
/* Entry brv(i) holds psi^i, and psi^-i for the inverse. */
static struct table roots[PRIMES], inverse_roots[PRIMES];
static struct factor inverse_degree[PRIMES];

uint32_t ntt_power(uint32_t a, uint32_t e, uint32_t p) {
  uint64_t result = 1, square = a;
  for (; e; e >>= 1, square = square * square % p)
    if (e & 1) result = result * square % p;
  return (uint32_t)result;
}

static void fill(struct table *table, uint32_t psi, uint32_t p) {
  uint64_t power = 1;
  for (uint32_t i = 0; i < DEGREE; i++, power = power * psi % p) {
    uint32_t at = 0;
    for (uint32_t bit = 0; bit < 12; bit++) at |= (i >> bit & 1) << (11 - bit);
    struct factor entry = make_factor((uint32_t)power, p);
    table->value[at] = entry.value;
    table->quotient[at] = entry.quotient;
  }
}

/* Fills the tables; once, before anything else of this header. */
void EXPORT(poly_init)(void) {
  for (int k = 0; k < PRIMES; k++) {
    uint32_t p = ntt_primes[k];
    fill(&roots[k], primitive_roots[k], p);
    fill(&inverse_roots[k], ntt_inverse_of(primitive_roots[k], p), p);
    inverse_degree[k] = make_factor(ntt_inverse_of(DEGREE, p), p);
  }
}

/* (x, y) to (x + wy, x - wy): grows values by 2p. */
static inline void forward_step(u32x4 *x, u32x4 *y, u32x4 w, u32x4 quotient, u32x4 p) {
  u32x4 t = times(*y, w, quotient, p);
  *y = *x + (p + p) - t;
  *x += t;
}

/* (x, y) to (x + y, w(x - y)); y below `bound`, a multiple of p. */
static inline void inverse_step(u32x4 *x, u32x4 *y, u32x4 w, u32x4 quotient, u32x4 bound, u32x4 p) {
  u32x4 t = *x + bound - *y;
  *x += *y;
  *y = times(t, w, quotient, p);
}

/* Layers of m and 2m blocks; m at most 256. */
static void forward_pass(uint32_t *a, uint32_t m, const struct table *r, u32x4 p) {
  uint32_t t = DEGREE / 4 / m;
  for (uint32_t i = 0; i < m; i++) {
    u32x4 w = splat4(r->value[m + i]), wq = splat4(r->quotient[m + i]);
    u32x4 left = splat4(r->value[2 * (m + i)]), left_q = splat4(r->quotient[2 * (m + i)]);
    u32x4 right = splat4(r->value[2 * (m + i) + 1]), right_q = splat4(r->quotient[2 * (m + i) + 1]);
    uint32_t *end = a + t;
    for (; a < end; a += 4) {
      u32x4 a0 = load4(a), a1 = load4(a + t), a2 = load4(a + 2 * t), a3 = load4(a + 3 * t);
      forward_step(&a0, &a2, w, wq, p);
      forward_step(&a1, &a3, w, wq, p);
      forward_step(&a0, &a1, left, left_q, p);
      forward_step(&a2, &a3, right, right_q, p);
      store4(a, a0);
      store4(a + t, a1);
      store4(a + 2 * t, a2);
      store4(a + 3 * t, a3);
    }
    a += 3 * t;
  }
}

static inline void even_odd(const uint32_t *from, u32x4 *even, u32x4 *odd) {
  u32x4 low = load4(from), high = load4(from + 4);
  *even = __builtin_shufflevector(low, high, 0, 2, 4, 6);
  *odd = __builtin_shufflevector(low, high, 1, 3, 5, 7);
}

/* The last two layers, four blocks of 4 at once, one block a lane; then canonical. Values stay below 25p < 2^32. */
static void forward_end(uint32_t *a, const struct table *r, u32x4 p) {
  for (uint32_t i = 0; i < DEGREE / 4; i += 4, a += 16) {
    u32x4 a0 = load4(a), a1 = load4(a + 4), a2 = load4(a + 8), a3 = load4(a + 12), left, right, left_q, right_q;
    transpose4(&a0, &a1, &a2, &a3);
    u32x4 w = load4(r->value + DEGREE / 4 + i), wq = load4(r->quotient + DEGREE / 4 + i);
    forward_step(&a0, &a2, w, wq, p);
    forward_step(&a1, &a3, w, wq, p);
    even_odd(r->value + DEGREE / 2 + 2 * i, &left, &right);
    even_odd(r->quotient + DEGREE / 2 + 2 * i, &left_q, &right_q);
    forward_step(&a0, &a1, left, left_q, p);
    forward_step(&a2, &a3, right, right_q, p);
    transpose4(&a0, &a1, &a2, &a3);
    store4(a, canonical(a0, p));
    store4(a + 4, canonical(a1, p));
    store4(a + 8, canonical(a2, p));
    store4(a + 12, canonical(a3, p));
  }
}

void ntt_forward(uint32_t a[DEGREE], int prime) {
  u32x4 p = splat4(ntt_primes[prime]);
  for (uint32_t m = 1; m < DEGREE / 4; m *= 4) forward_pass(a, m, &roots[prime], p);
  forward_end(a, &roots[prime], p);
}

/* Both layers of an inverse pass; values below 4p before and after. */
#define INVERSE_PAIR(left, left_q, right, right_q, w, wq)              \
  inverse_step(&a0, &a1, left, left_q, p << 2, p);                    \
  inverse_step(&a2, &a3, right, right_q, p << 2, p);                  \
  inverse_step(&a0, &a2, w, wq, p << 3, p);                           \
  inverse_step(&a1, &a3, w, wq, p << 1, p);                           \
  a0 = fold(a0, p);

static void inverse_start(uint32_t *a, const struct table *r, u32x4 p) {
  for (uint32_t i = 0; i < DEGREE / 4; i += 4, a += 16) {
    u32x4 a0 = load4(a), a1 = load4(a + 4), a2 = load4(a + 8), a3 = load4(a + 12), left, right, left_q, right_q;
    transpose4(&a0, &a1, &a2, &a3);
    even_odd(r->value + DEGREE / 2 + 2 * i, &left, &right);
    even_odd(r->quotient + DEGREE / 2 + 2 * i, &left_q, &right_q);
    u32x4 w = load4(r->value + DEGREE / 4 + i), wq = load4(r->quotient + DEGREE / 4 + i);
    INVERSE_PAIR(left, left_q, right, right_q, w, wq)
    transpose4(&a0, &a1, &a2, &a3);
    store4(a, a0);
    store4(a + 4, a1);
    store4(a + 8, a2);
    store4(a + 12, a3);
  }
}

/* Layers of 2m and m blocks; m at most 256. */
static void inverse_pass(uint32_t *a, uint32_t m, const struct table *r, u32x4 p) {
  uint32_t t = DEGREE / 4 / m;
  for (uint32_t i = 0; i < m; i++) {
    u32x4 w = splat4(r->value[m + i]), wq = splat4(r->quotient[m + i]);
    u32x4 left = splat4(r->value[2 * (m + i)]), left_q = splat4(r->quotient[2 * (m + i)]);
    u32x4 right = splat4(r->value[2 * (m + i) + 1]), right_q = splat4(r->quotient[2 * (m + i) + 1]);
    uint32_t *end = a + t;
    for (; a < end; a += 4) {
      u32x4 a0 = load4(a), a1 = load4(a + t), a2 = load4(a + 2 * t), a3 = load4(a + 3 * t);
      INVERSE_PAIR(left, left_q, right, right_q, w, wq)
      store4(a, a0);
      store4(a + t, a1);
      store4(a + 2 * t, a2);
      store4(a + 3 * t, a3);
    }
    a += 3 * t;
  }
}

void ntt_inverse(uint32_t a[DEGREE], int prime) {
  u32x4 p = splat4(ntt_primes[prime]);
  inverse_start(a, &inverse_roots[prime], p);
  for (uint32_t m = DEGREE / 16; m > 0; m /= 4) inverse_pass(a, m, &inverse_roots[prime], p);
  for (uint32_t i = 0; i < DEGREE; i += 4) store4(a + i, settle(times_factor(load4(a + i), inverse_degree[prime], p), p));
}
