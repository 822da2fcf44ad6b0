/**
 * Where each instance's pad lies in a buffer of pads.
 * @module
 */
import type { PadLengths } from './types.js';

/**
 * Start of every pad, instance after instance.
 * @param lengths - bytes per instance: one number, or [count].
 * @returns [count + 1] byte offsets; the last is the total.
 * @throws RangeError if the lengths are not natural numbers or not `count` many.
 */
export function padOffsets(lengths: PadLengths, count: number): Float64Array {
  const offsets = new Float64Array(count + 1);
  if (typeof lengths === 'number') {
    if (!Number.isSafeInteger(lengths) || lengths < 0) {
      throw new RangeError(`"lengths" expected a natural number, got ${lengths}`);
    }
    for (let j = 0; j <= count; j++) offsets[j] = j * lengths;
    return offsets;
  }
  if (lengths.length !== count) throw new RangeError(`"lengths" expected ${count} entries, got ${lengths.length}`);
  let at = 0;
  for (let j = 0; j < count; j++) {
    at += lengths[j] ?? 0;
    offsets[j + 1] = at;
  }
  return offsets;
}
