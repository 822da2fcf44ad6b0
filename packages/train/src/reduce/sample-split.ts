import { type Dataset, type Split, type SplitName, splitOf } from '../data/dataset.js';
import { pickImages, seededPermutation } from '../data/split.js';

/** Some images of a split, drawn by the seed, in their published order; all of them if there are no more. */
export function sampleSplit(data: Dataset, name: SplitName, count: number, seed: number): Split {
  const all = splitOf(data, name);
  if (count >= all.count) return all;
  return pickImages(all, seededPermutation(all.count, seed).slice(0, count).sort(), name);
}
