/* Kernels with one fault each; see broken.c. */
#ifndef RELENT_BROKEN_H
#define RELENT_BROKEN_H

#include <stdint.h>

/* Branches on a secret. */
uint32_t broken_branch(const uint32_t *secrets);

/* Reads at a secret address. */
uint32_t broken_address(const uint32_t *secrets, const uint32_t *table);

/* Reads one word behind its input. */
uint32_t broken_bound(const uint32_t *words, uint32_t count);

/* Shifts by more than the width. */
int broken_shift(int value, int count);

#endif
