/**
 * The seeded division of the training images into training and validation.
 *
 * The order comes from integer arithmetic of this file alone, so that a split stays the same on every machine and with
 * every version of the tensor library.
 * @module
 */
import type { LabelledImages, Split, SplitName } from './dataset.js';

/** Uniform integers below a bound from a 32-bit state (mulberry32). */
function integersBelow(seed: number): (bound: number) => number {
  let state = seed >>> 0;
  return (bound) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return Math.floor((((t ^ (t >>> 14)) >>> 0) / 2 ** 32) * bound);
  };
}

/**
 * A permutation of 0 … count-1 that depends on the seed alone (Fisher-Yates).
 * @param count - Number of entries.
 * @param seed - Any 32-bit integer.
 */
export function seededPermutation(count: number, seed: number): Int32Array {
  const order = Int32Array.from({ length: count }, (_, i) => i);
  const below = integersBelow(seed);
  for (let i = count - 1; i > 0; i--) {
    const j = below(i + 1);
    const held = order[i]!;
    order[i] = order[j]!;
    order[j] = held;
  }
  return order;
}

/** Copies the images at the given positions into a split of their own. */
export function pickImages(all: LabelledImages, positions: Int32Array, name: SplitName): Split {
  const size = all.images.length / all.labels.length;
  const images = new Uint8Array(positions.length * size);
  const labels = new Int32Array(positions.length);
  positions.forEach((from, to) => {
    images.set(all.images.subarray(from * size, (from + 1) * size), to * size);
    labels[to] = all.labels[from]!;
  });
  return { name, count: positions.length, images, labels };
}

/**
 * Sets `validation` images apart. Both parts keep the published order among themselves.
 * @param validation - Images to set apart; 0 leaves all for training.
 * @throws RangeError if nothing would be left for training.
 */
export function splitValidation(
  all: LabelledImages,
  validation: number,
  seed: number,
): { readonly train: Split; readonly validation: Split } {
  const count = all.labels.length;
  if (!Number.isInteger(validation) || validation < 0 || validation >= count)
    throw new RangeError(`"validation" expected an integer in [0, ${count}), got ${validation}`);
  const order = seededPermutation(count, seed);
  const held = order.slice(0, validation).sort();
  const kept = order.slice(validation).sort();
  return { train: pickImages(all, kept, 'train'), validation: pickImages(all, held, 'validation') };
}
