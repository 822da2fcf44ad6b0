/**
 * Z_2^l for l <= 32 inside Int32Array.
 *
 * A reduced element is sign-extended: the number read from the array is the representative in [-2^(l-1), 2^(l-1)).
 * Sums and products may stay unreduced (wrapping modulo 2^32, of which 2^l is a divisor) until a step looks at single
 * bits; {@link reduce} then makes them canonical.
 * @module
 */

/** Smallest and largest l that the gates take. AGREEMENT. */
export const MIN_RING_BITS = 8;
/** See {@link MIN_RING_BITS}. */
export const MAX_RING_BITS = 32;

/**
 * Checks a ring size.
 * @throws RangeError unless l is an integer in 8..32.
 */
export function checkRingBits(ringBits: number): void {
  if (!Number.isInteger(ringBits) || ringBits < MIN_RING_BITS || ringBits > MAX_RING_BITS) {
    throw new RangeError(`"ringBits" expected an integer in ${MIN_RING_BITS}..${MAX_RING_BITS}, got ${ringBits}`);
  }
}

/** The sign-extended representative of `value` modulo 2^`ringBits`; 1 <= ringBits <= 32. */
export function reduce(value: number, ringBits: number): number {
  const shift = 32 - ringBits;
  return (value << shift) >> shift;
}

/** The representative of `value` modulo 2^`bits` in [0, 2^bits), as a number; 1 <= bits <= 32. */
export function reduceUnsigned(value: number, bits: number): number {
  const shift = 32 - bits;
  return (value << shift) >>> shift;
}

/** Reduces every element in place. */
export function reduceInto(values: Int32Array, ringBits: number): Int32Array {
  if (ringBits === 32) return values;
  const shift = 32 - ringBits;
  for (let i = 0; i < values.length; i++) values[i] = (values[i]! << shift) >> shift;
  return values;
}

/** The most significant bit of an element of Z_2^l: 1 for negative numbers. */
export function signBit(value: number, ringBits: number): number {
  return (value >>> (ringBits - 1)) & 1;
}

/** `value` where `bit` is 1, 0 where it is 0; without a branch. */
export function select(bit: number, value: number): number {
  return -bit & value;
}

/** (1 - 2 · bit) · value modulo 2^32; without a branch. */
export function negateIf(bit: number, value: number): number {
  return ((value ^ -bit) + bit) | 0;
}
