/* `drive`: runs every kernel once. `drive FAULT`: runs one broken kernel instead. See harness.h. */
#include "drive.h"
#include "broken.h"
#include "harness.h"

void keystream(const uint8_t *key, uint32_t low, uint32_t high, uint8_t *out, uint32_t length);
void expand_seeds(const uint8_t *seeds, uint32_t count, const uint8_t *domain, uint32_t low, uint32_t high, uint8_t *out,
                  uint32_t length);
void hash_rows(const uint8_t *rows, uint32_t count, const uint8_t *mask, const uint8_t *domain, uint32_t low, uint32_t high,
               const uint32_t *lengths, uint32_t length, uint8_t *out);
void transpose_bits(const uint8_t *bits, uint32_t count, uint8_t *out);
void softspoken_receiver(const uint8_t *leaves, const uint8_t *domain, uint32_t low, uint32_t high, uint32_t count,
                         uint8_t *rows, uint8_t *choices, uint8_t *corrections);
void softspoken_sender(const uint8_t *leaves, const uint8_t *domain, uint32_t low, uint32_t high, uint32_t count,
                       const uint8_t *delta, const uint8_t *corrections, uint8_t *rows);
void ggm_sender(const uint8_t *roots, uint32_t count, const uint8_t *delta, const uint8_t *domain, uint32_t low,
                uint32_t high, uint32_t depth, uint8_t *leaves, uint8_t *sums);
void ggm_receiver(const uint32_t *paths, const uint8_t *sums, uint32_t count, const uint8_t *domain, uint32_t low,
                  uint32_t high, uint32_t depth, uint8_t *leaves);
void lpn_encode(uint8_t *rows, uint32_t count, const uint8_t *table, uint32_t mask, const uint8_t *key, uint32_t low,
                uint32_t high);
uint32_t conv_scratch(const void *geometry);
void conv(const void *geometry, const uint32_t *input, const uint32_t *weight, uint32_t *scratch, uint32_t *out);

static uint32_t finish(void *at, size_t bytes) {
  uint32_t sum = publish(at, bytes);
  free(at);
  return sum;
}

static uint32_t drive_streams(void) {
  uint8_t *key = make_secret(32), *domain = make_random(16), *rows = make_secret(16 * 9), *mask = make_secret(16);
  uint8_t *stream = make(1000), *seeds = make(9 * 70), *pads = make(9 * 100 + 16), *ragged = make(5 + 130 + 16);
  const uint32_t lengths[9] = {0, 1, 2, 0, 1, 130, 0, 0, 1};
  keystream(key, 0xfffffffeu, 3, stream, 1000);
  expand_seeds(rows, 9, domain, 5, 0, seeds, 70);
  hash_rows(rows, 9, mask, domain, 0xfffffffeu, 0, 0, 100, pads);
  hash_rows(rows, 9, mask, domain, 1, 0, lengths, 0, ragged);
  uint32_t sum = finish(stream, 1000) ^ finish(seeds, 9 * 70) ^ finish(pads, 9 * 100) ^ finish(ragged, 5 + 130);
  free(key), free(domain), free(rows), free(mask);
  return sum;
}

static uint32_t drive_softspoken(void) {
  enum { COUNT = 2176 }; /* not a whole number of slabs */
  uint8_t *leaves = make_secret(32 * 16 * 16), *domain = make_random(16), *delta = make_secret(16);
  uint8_t *rows = make(16 * COUNT), *choices = make(COUNT / 8), *corrections = make(31 * COUNT / 8);
  uint8_t *transposed = make(16 * COUNT), *sent = make(16 * COUNT);
  softspoken_receiver(leaves, domain, 1, 0, COUNT, rows, choices, corrections);
  publish(corrections, 31 * COUNT / 8);
  softspoken_sender(leaves, domain, 1, 0, COUNT, delta, corrections, sent);
  transpose_bits(rows, COUNT, transposed);
  uint32_t sum = finish(rows, 16 * COUNT) ^ finish(sent, 16 * COUNT) ^ finish(transposed, 16 * COUNT);
  free(leaves), free(domain), free(delta), free(choices), free(corrections);
  return sum;
}

static uint32_t drive_ferret(void) {
  enum { TREES = 3, DEPTH = 7, LEAVES = TREES << DEPTH };
  uint8_t *roots = make_secret(16 * TREES), *delta = make_random(16), *domain = make_random(16);
  delta[0] |= 1;
  secret(delta, 16);
  uint8_t *leaves = make(16 * LEAVES), *sums = make(16 * TREES * DEPTH), *received = make(16 * LEAVES);
  ggm_sender(roots, TREES, delta, domain, 0xffffffffu, 0, DEPTH, leaves, sums);
  uint32_t *paths = make(4 * TREES);
  for (uint32_t t = 0; t < TREES; t++) paths[t] = harness_random() % (1 << DEPTH);
  secret(paths, 4 * TREES);
  ggm_receiver(paths, sums, TREES, domain, 0xffffffffu, 0, DEPTH, received);
  uint8_t *table = make_secret(16 << 10), *wide = make_secret(16 << 17), *code = make_random(32);
  lpn_encode(leaves, LEAVES, table, (1 << 10) - 1, code, 0xfffffff0u, 1);
  lpn_encode(received, LEAVES, wide, (1 << 17) - 1, code, 0, 0);
  uint32_t sum = finish(leaves, 16 * LEAVES) ^ finish(received, 16 * LEAVES) ^ finish(sums, 16 * TREES * DEPTH);
  free(roots), free(delta), free(domain), free(paths), free(table), free(wide), free(code);
  return sum;
}

/* Channels in, height, width, channels out, kernel, stride, padding, dilation, groups, output size. */
static uint32_t drive_convolution(const uint32_t g[15]) {
  size_t inputs = (size_t)g[0] * g[1] * g[2], weights = (size_t)g[3] * g[0] / g[12] * g[4] * g[5];
  size_t outputs = (size_t)g[3] * g[13] * g[14];
  uint32_t *input = make_secret(4 * inputs), *weight = make_secret(4 * weights), *out = make_secret(4 * outputs);
  uint32_t *scratch = make(conv_scratch(g));
  conv(g, input, weight, scratch, out);
  free(input), free(weight), free(scratch);
  return finish(out, 4 * outputs);
}

static uint32_t drive_convolutions(void) {
  const uint32_t shapes[][15] = {
      {3, 9, 7, 5, 3, 3, 1, 1, 1, 1, 1, 1, 1, 9, 7},  {4, 8, 8, 8, 3, 3, 2, 2, 1, 1, 1, 1, 2, 4, 4},
      {40, 4, 4, 6, 3, 3, 1, 1, 2, 2, 2, 2, 1, 4, 4}, {7, 1, 1, 3, 1, 1, 1, 1, 0, 0, 1, 1, 1, 1, 1},
  };
  uint32_t sum = 0;
  for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++) sum ^= drive_convolution(shapes[i]);
  return sum;
}

/* The faults' secrets come out of a kernel, so that the checks are seen to follow secrets through vectors. */
static uint32_t drive_fault(const char *fault) {
  uint8_t *key = make_secret(32);
  uint32_t *secrets = make(4 * 4), *table = make_random(4 * 16), result = 0;
  keystream(key, 0, 0, (uint8_t *)secrets, 16);
  if (!strcmp(fault, "branch")) result = broken_branch(secrets);
  else if (!strcmp(fault, "address")) result = broken_address(secrets, table);
  else if (!strcmp(fault, "bound")) result = broken_bound(table, 16);
  else if (!strcmp(fault, "shift")) result = (uint32_t)broken_shift(1, 40);
  else exit(2);
  publish(&result, sizeof result);
  free(key), free(secrets), free(table);
  return result;
}

int main(int count, char **words) {
  uint32_t sum = count > 1 ? drive_fault(words[1])
                           : drive_streams() ^ drive_softspoken() ^ drive_ferret() ^ drive_convolutions() ^ drive_polynomials();
  printf("%08x\n", sum);
  return 0;
}
