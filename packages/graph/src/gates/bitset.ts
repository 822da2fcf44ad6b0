/**
 * A bitset of `length` bits: bit i is bit i & 7 of byte i >> 3, and the bits beyond the end are zero.
 * @param test - tells whether bit i is set.
 */
export function bitset(length: number, test: (i: number) => boolean): Uint8Array {
  const bits = new Uint8Array(Math.ceil(length / 8));
  for (let i = 0; i < length; i++) if (test(i)) bits[i >> 3]! |= 1 << (i & 7);
  return bits;
}

/** Whether bit i of a bitset is set. */
export function bitAt(bits: Uint8Array, i: number): boolean {
  return ((bits[i >> 3]! >> (i & 7)) & 1) === 1;
}

/** How many bits of a bitset are set. */
export function countBits(bits: Uint8Array): number {
  let count = 0;
  for (const byte of bits) for (let rest = byte; rest !== 0; rest &= rest - 1) count++;
  return count;
}
