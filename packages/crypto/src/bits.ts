/**
 * Packed bit vectors: 32 bits a word of an Int32Array, element i at word i >> 5, bit i & 31; unused bits are zero or
 * ignored. One vector holds one bit of many gates ("plane"), so that a Boolean step costs one operation for 32 gates.
 * @module
 */

/** Words that hold `count` bits. */
export function wordsFor(count: number): number {
  return (count + 31) >>> 5;
}

/** Packs bytes 0 or 1 (the low bit counts). */
export function packBits(bytes: Uint8Array): Int32Array {
  const words = new Int32Array(wordsFor(bytes.length));
  packPlaneInto(words, 0, bytes, 0, 1, 0, bytes.length);
  return words;
}

/** The first `count` bits as bytes 0 or 1. */
export function unpackBits(words: Int32Array, count: number): Uint8Array {
  const bytes = new Uint8Array(count);
  for (let i = 0; i < count; i++) bytes[i] = (words[i >>> 5]! >>> (i & 31)) & 1;
  return bytes;
}

/**
 * Gathers bit `bit` of `count` bytes at `start`, `start + stride`, … into words from `firstWord` on. Overwrites the
 * words it touches.
 */
export function packPlaneInto(
  words: Int32Array,
  firstWord: number,
  bytes: Uint8Array,
  start: number,
  stride: number,
  bit: number,
  count: number,
): void {
  let at = start;
  for (let i = 0, word = firstWord; i < count; i += 32, word++) {
    const end = Math.min(32, count - i);
    let packed = 0;
    for (let k = 0; k < end; k++, at += stride) packed |= ((bytes[at]! >>> bit) & 1) << k;
    words[word] = packed;
  }
}

/** a ⊕ b, word by word. */
export function xorBits(a: Int32Array, b: Int32Array): Int32Array {
  const out = new Int32Array(a.length);
  for (let i = 0; i < out.length; i++) out[i] = a[i]! ^ b[i]!;
  return out;
}

/** a ∧ b, word by word. */
export function andBits(a: Int32Array, b: Int32Array): Int32Array {
  const out = new Int32Array(a.length);
  for (let i = 0; i < out.length; i++) out[i] = a[i]! & b[i]!;
  return out;
}
