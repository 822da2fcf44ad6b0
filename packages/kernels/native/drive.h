/* The parts of the driver. Each returns a checksum of what its kernels wrote. */
#ifndef RELENT_DRIVE_H
#define RELENT_DRIVE_H

#include <stdint.h>

uint32_t drive_polynomials(void);

#endif
