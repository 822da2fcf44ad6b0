/**
 * Numbers of 16 bits, as IEEE 754 binary16 has them.
 *
 * Source: IEEE 754-2019, section 3.4 (binary16) and 4.3.1 (round to nearest, ties to even).
 * @module
 */

const single = new Float32Array(1);
const bitsOfSingle = new Uint32Array(single.buffer);

/** The 16 bits nearest to a number; infinite beyond 65504. */
export function toHalf(value: number): number {
  single[0] = value;
  const bits = bitsOfSingle[0]!;
  const sign = (bits >>> 16) & 0x8000;
  const magnitude = bits & 0x7fffffff;
  if (magnitude > 0x7f800000) return sign | 0x7e00;
  if (magnitude >= 0x477ff000) return sign | 0x7c00;
  // Below 2^-14 the spacing is 2^-24 throughout: the sum with 0.5 rounds to it, ties to even.
  if (magnitude < 0x38800000) {
    bitsOfSingle[0] = magnitude;
    single[0] = single[0]! + 0.5;
    return sign | (bitsOfSingle[0]! - 0x3f000000);
  }
  return sign | ((magnitude - 0x38000000 + 0xfff + ((magnitude >>> 13) & 1)) >>> 13);
}

/** The number that 16 bits stand for. */
export function fromHalf(bits: number): number {
  const exponent = (bits >>> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  const sign = bits & 0x8000 ? -1 : 1;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction === 0 ? sign * Infinity : Number.NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}
