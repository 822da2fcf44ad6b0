/* Kernels with one fault each, so that the tests can see that the checks find such faults. */
#include "broken.h"

uint32_t broken_branch(const uint32_t *secrets) {
  volatile uint32_t result = 5; /* keeps the compiler from selecting without a branch */
  if (secrets[0] & 1) result = secrets[1];
  return result;
}

uint32_t broken_address(const uint32_t *secrets, const uint32_t *table) { return table[secrets[0] & 15]; }

uint32_t broken_bound(const uint32_t *words, uint32_t count) { return words[count]; }

int broken_shift(int value, int count) { return value << count; }
