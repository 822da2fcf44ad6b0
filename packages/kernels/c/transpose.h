/* Bit-matrix transposition, 128 rows to rows of 128 bits. */
#ifndef RELENT_TRANSPOSE_H
#define RELENT_TRANSPOSE_H

#include "vec.h"

/* Interleaves the bytes of the vectors of a 16 x 16 byte matrix; four such steps transpose it. */
static inline void interleave16(const u8x16 from[16], u8x16 to[16]) {
  for (int i = 0; i < 8; i++) {
    u8x16 a = from[i], b = from[i + 8];
    to[2 * i] = __builtin_shufflevector(a, b, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
    to[2 * i + 1] = __builtin_shufflevector(a, b, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
  }
}

/* Transposes 128 rows of `bytes` bytes (a multiple of 16), `stride` bytes apart, to 8 * `bytes` rows of 16 bytes. */
static inline void transpose_128(const uint8_t *bits, uint32_t bytes, uint32_t stride, uint8_t *out) {
  for (uint32_t column = 0; column < bytes; column += 16) {
    uint8_t *block = out + (size_t)column * 8 * 16;
    for (uint32_t group = 0; group < 8; group++) {
      u8x16 a[16], b[16];
      for (uint32_t i = 0; i < 16; i++) a[i] = (u8x16)load4(bits + (size_t)(16 * group + i) * stride + column);
      interleave16(a, b);
      interleave16(b, a);
      interleave16(a, b);
      interleave16(b, a);
      /* a[c] now holds byte column c of the 16 rows; peel off its bits from the top one down. */
      for (uint32_t c = 0; c < 16; c++) {
        u8x16 v = a[c];
        for (int bit = 7; bit >= 0; bit--) {
          uint32_t sixteen = top_bits(v);
          uint8_t *to = block + (size_t)(8 * c + (uint32_t)bit) * 16 + 2 * group;
          to[0] = (uint8_t)sixteen;
          to[1] = (uint8_t)(sixteen >> 8);
          v += v;
        }
      }
    }
  }
}

#endif
