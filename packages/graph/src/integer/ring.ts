/**
 * Integers of Z_2^l, 2 <= l <= 32, as sign-extended representatives in [-2^(l-1), 2^(l-1)) held in Int32Array.
 * @module
 */

/**
 * Reduces 32-bit integers modulo 2^l to their sign-extended representatives, in place.
 * @returns the same array.
 */
export function ringReduce(values: Int32Array, ringBits: number): Int32Array {
  const spare = 32 - ringBits;
  if (spare > 0) for (let i = 0; i < values.length; i++) values[i] = (values[i]! << spare) >> spare;
  return values;
}

/** The sign-extended representative of one 32-bit integer modulo 2^l. */
export function ringReduceOne(value: number, ringBits: number): number {
  const spare = 32 - ringBits;
  return (value << spare) >> spare;
}

/** @throws RangeError unless `ringBits` is an integer from `least` to 32. */
export function expectRingBits(ringBits: number, least: number): void {
  if (!Number.isInteger(ringBits) || ringBits < least || ringBits > 32)
    throw new RangeError(`"ringBits" expected an integer from ${least} to 32, got ${ringBits}`);
}
