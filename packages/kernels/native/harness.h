/*
 * Drives every kernel natively. Buffers are allocated one by one, exactly as large as the contract says, so that sanitizers and
 * valgrind see every access beyond them.
 *
 * Under valgrind, `secret` marks bytes as undefined: a branch or an address that depends on them, or on what was computed from them, is
 * then an error (Langley's ctgrind). `publish` ends that, for results that are sent or compared.
 */
#ifndef RELENT_HARNESS_H
#define RELENT_HARNESS_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifdef WITH_VALGRIND
#include <valgrind/memcheck.h>
#else
#define VALGRIND_MAKE_MEM_UNDEFINED(at, length) ((void)(at), (void)(length))
#define VALGRIND_MAKE_MEM_DEFINED(at, length) ((void)(at), (void)(length))
#endif

static uint64_t harness_state = 0x9e3779b97f4a7c15u;

static inline uint32_t harness_random(void) {
  harness_state ^= harness_state << 13;
  harness_state ^= harness_state >> 7;
  harness_state ^= harness_state << 17;
  return (uint32_t)(harness_state >> 16);
}

/* `bytes` bytes of zeros, aligned to 16; valgrind and sanitizers guard both ends. */
static inline void *make(size_t bytes) {
  void *at = malloc(bytes);
  if (!at) abort();
  memset(at, 0, bytes);
  return at;
}

/* Random bytes. */
static inline void *make_random(size_t bytes) {
  uint8_t *at = make(bytes);
  for (size_t i = 0; i < bytes; i++) at[i] = (uint8_t)harness_random();
  return at;
}

static inline void *secret(void *at, size_t bytes) {
  VALGRIND_MAKE_MEM_UNDEFINED(at, bytes);
  return at;
}

/* Random bytes that no branch and no address may depend on. */
static inline void *make_secret(size_t bytes) { return secret(make_random(bytes), bytes); }

/* What a kernel wrote may be looked at from now on; returns a checksum, so that it is looked at. */
static inline uint32_t publish(const void *at, size_t bytes) {
  VALGRIND_MAKE_MEM_DEFINED(at, bytes);
  uint32_t sum = 0;
  for (size_t i = 0; i < bytes; i++) sum = sum * 31 + ((const uint8_t *)at)[i];
  return sum;
}

#endif
