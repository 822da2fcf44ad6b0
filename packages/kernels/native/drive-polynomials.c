/* Drives the kernels of ring learning with errors. */
#include "../c/ntt.h"
#include "drive.h"
#include "harness.h"

void poly_init(void);
void poly_uniform(const uint8_t *key, uint32_t index, uint32_t *out);
void poly_ternary(const uint32_t *stream, uint32_t *out);
void poly_binomial(const uint32_t *stream, uint32_t *out);
void poly_transform(const uint32_t *values, uint32_t count, uint32_t *out);
void poly_restore(uint32_t *values, uint32_t count);
void poly_encrypt(const uint32_t *values, uint32_t ring_bits, const uint32_t *noise, const uint32_t *a, const uint32_t *s,
                  uint32_t *out);
void poly_pack(const uint32_t *from, uint32_t count, uint8_t *to);
uint32_t poly_unpack(const uint8_t *from, uint32_t count, uint32_t *to);
void poly_multiply_accumulate(const uint32_t *ciphertexts, const uint32_t *const *weights, uint32_t count, uint32_t rows,
                              uint32_t *out);
void poly_respond(uint32_t *sum, const uint32_t *public_key, uint32_t *u, const uint32_t *error, const void *spec,
                  const uint32_t *at, const uint32_t *masks, const uint32_t *noise, uint8_t *to);
void poly_open(const uint8_t *from, const uint32_t *s, const void *spec, const uint32_t *at, uint32_t *scratch,
               uint32_t *out);

enum { WORDS = DEGREE * sizeof(uint32_t), POLY_BYTES = POLY * sizeof(uint32_t), SLACK = 48 };

/* A secret polynomial of small coefficients, transformed. */
static uint32_t *small(void (*sample)(const uint32_t *, uint32_t *), uint32_t **coefficients) {
  uint32_t *stream = make_secret(2 * WORDS), *out = make(POLY_BYTES);
  *coefficients = make(WORDS);
  sample(stream, *coefficients);
  poly_transform(*coefficients, 1, out);
  free(stream);
  return out;
}

static uint32_t drive_ring(uint32_t ring_bits, uint32_t positions, uint32_t bits0, uint32_t bits1) {
  uint8_t *key = make_random(32);
  uint32_t *a = make(POLY_BYTES + 4), *secret_coefficients, *error, *u, *zero_error;
  poly_uniform(key, 7, a);
  uint32_t *s = small(poly_ternary, &secret_coefficients);
  uint32_t *transformed_error = small(poly_binomial, &error);
  uint32_t *values = make_secret(WORDS), *ciphertexts = make(4 * POLY_BYTES);
  for (int i = 0; i < 2; i++) {
    poly_encrypt(values, ring_bits, error, a, s, ciphertexts + (size_t)2 * i * POLY);
    memcpy(ciphertexts + (size_t)(2 * i + 1) * POLY, a, POLY_BYTES);
  }

  uint8_t *packed = make(POLY * PRIME_BITS / 8);
  uint32_t *unpacked = make(POLY_BYTES);
  poly_pack(ciphertexts, POLY, packed);
  uint32_t bad = poly_unpack(packed, POLY, unpacked);
  publish(&bad, sizeof bad);
  if (bad) abort();
  publish(ciphertexts, POLY_BYTES);
  publish(unpacked, POLY_BYTES);
  if (memcmp(ciphertexts, unpacked, POLY_BYTES)) abort();

  uint32_t *weights = make(WORDS * 4), *spectra = make(POLY_BYTES * 4), *sums = make(POLY_BYTES * 4);
  secret(weights, WORDS * 4);
  poly_transform(weights, 4, spectra);
  const uint32_t *const rows[2] = {spectra, spectra + 2 * POLY};
  poly_multiply_accumulate(ciphertexts, rows, 2, 2, sums);

  const uint32_t spec[5] = {positions, ring_bits, 70, bits0, bits1};
  uint32_t *at = make(4 * positions + SLACK);
  for (uint32_t i = 0; i < positions; i++) at[i] = DEGREE - positions + i;
  uint32_t *masks = secret(make(4 * positions + SLACK), 4 * positions + SLACK);
  uint32_t *noise = make_secret(12 * positions + SLACK);
  u = small(poly_ternary, &zero_error);
  size_t length = (size_t)DEGREE / 8 * bits1 + (positions * bits0 + 7) / 8;
  uint8_t *response = make(length);
  poly_respond(sums, ciphertexts, u, error, spec, at, masks, noise, response);
  uint32_t sum = publish(response, length);
  uint32_t *scratch = make(POLY_BYTES), *opened = make(4 * positions);
  poly_open(response, s, spec, at, scratch, opened);
  sum += publish(opened, 4 * positions);
  poly_restore(spectra, 4);
  sum += publish(spectra, 4 * POLY_BYTES);
  void *all[] = {key,     a,    secret_coefficients, error,  u,     zero_error, s,       transformed_error, values, ciphertexts, packed,
                 unpacked, weights, spectra, sums, at, masks, noise, response, scratch, opened};
  for (size_t i = 0; i < sizeof all / sizeof *all; i++) free(all[i]);
  return sum;
}

uint32_t drive_polynomials(void) {
  poly_init();
  return drive_ring(32, 1021, 34, 41) ^ drive_ring(20, 3, 22, 30);
}
