/** Uniform numbers in [0, 1) from a seed (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Uniform numbers in [-1, 1). */
export function randomFloats(length: number, random: () => number): Float32Array {
  return Float32Array.from({ length }, () => 2 * random() - 1);
}

/** Largest distance between two arrays, relative to the largest magnitude where that is above 1. */
export function distance(x: ArrayLike<number>, y: ArrayLike<number>): number {
  if (x.length !== y.length) return Infinity;
  let [largest, magnitude] = [0, 1];
  for (let i = 0; i < x.length; i++) {
    largest = Math.max(largest, Math.abs(x[i]! - y[i]!));
    magnitude = Math.max(magnitude, Math.abs(y[i]!));
  }
  return largest / magnitude;
}
