/* 128-bit vectors: compiler vector types, so that one source serves WebAssembly SIMD, native SIMD and sanitizers. */
#ifndef RELENT_VEC_H
#define RELENT_VEC_H

#include <stddef.h>
#include <stdint.h>

#if defined(__wasm__)
#define EXPORT(name) __attribute__((export_name(#name))) name
#else
#define EXPORT(name) name
#endif

typedef uint32_t u32x4 __attribute__((vector_size(16)));
typedef uint16_t u16x8 __attribute__((vector_size(16)));
typedef uint8_t u8x16 __attribute__((vector_size(16)));
typedef uint32_t u32x4_any __attribute__((vector_size(16), aligned(1), may_alias));

static inline u32x4 load4(const void *from) { return *(const u32x4_any *)from; }

static inline void store4(void *to, u32x4 value) { *(u32x4_any *)to = value; }

static inline u32x4 splat4(uint32_t value) { return (u32x4){value, value, value, value}; }

/* Little-endian by construction: WebAssembly always is, and so are the native targets that we build for. */
static inline uint32_t load32(const uint8_t *from) {
  return (uint32_t)from[0] | (uint32_t)from[1] << 8 | (uint32_t)from[2] << 16 | (uint32_t)from[3] << 24;
}

/* Bit i of the result is the top bit of byte i. */
static inline uint32_t top_bits(u8x16 bytes) {
#if defined(__wasm_simd128__)
  return (uint32_t)__builtin_wasm_bitmask_i8x16((__attribute__((vector_size(16))) signed char)bytes);
#else
  uint32_t bits = 0;
  for (int i = 0; i < 16; i++) bits |= (uint32_t)(bytes[i] >> 7) << i;
  return bits;
#endif
}

/* Transposes a 4 x 4 matrix of words held in four vectors. */
static inline void transpose4(u32x4 *a, u32x4 *b, u32x4 *c, u32x4 *d) {
  u32x4 ab_low = __builtin_shufflevector(*a, *b, 0, 4, 1, 5);
  u32x4 ab_high = __builtin_shufflevector(*a, *b, 2, 6, 3, 7);
  u32x4 cd_low = __builtin_shufflevector(*c, *d, 0, 4, 1, 5);
  u32x4 cd_high = __builtin_shufflevector(*c, *d, 2, 6, 3, 7);
  *a = __builtin_shufflevector(ab_low, cd_low, 0, 1, 4, 5);
  *b = __builtin_shufflevector(ab_low, cd_low, 2, 3, 6, 7);
  *c = __builtin_shufflevector(ab_high, cd_high, 0, 1, 4, 5);
  *d = __builtin_shufflevector(ab_high, cd_high, 2, 3, 6, 7);
}

#endif
