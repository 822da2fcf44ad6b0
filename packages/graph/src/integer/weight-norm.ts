/**
 * The public bound of a layer's weights.
 * @module
 */

/** Largest bound that a graph may publish: no 32-bit weights need more. */
export const MOST_WEIGHT_NORM = 2 ** 46;

/** Whether a number can be such a bound: a power of two from 1 to {@link MOST_WEIGHT_NORM}. */
export function isPublishedNorm(bound: number): boolean {
  let power = 1;
  while (power < bound && power < MOST_WEIGHT_NORM) power *= 2;
  return power === bound;
}

/** The largest Σ w² of an output channel's weights. */
export function largestSquaredNorm(weight: Int32Array, outChannels: number): number {
  const row = weight.length / outChannels;
  let largest = 0;
  for (let first = 0; first < weight.length; first += row) {
    let square = 0;
    for (let i = first; i < first + row; i++) square += weight[i]! ** 2;
    largest = Math.max(largest, square);
  }
  return largest;
}

/**
 * The least power of two, at least 1, that no output channel's Euclidean norm exceeds. A power of two, because the graph
 * is public, and an exact norm would tell more of the weights.
 */
export function publishedNorm(weight: Int32Array, outChannels: number): number {
  const square = largestSquaredNorm(weight, outChannels);
  let bound = 1;
  while (bound * bound < square) bound *= 2;
  return bound;
}
