import { type FloatTensor, type GateMap, type Graph, type Model, sizeOf, weightShapes } from '@relent/graph';

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

/** A model with random weights; variances are positive. */
export function randomModel(graph: Graph, seed: number, gateMaps: ReadonlyMap<string, GateMap> = new Map()): Model {
  const random = seeded(seed);
  const weights = new Map<string, FloatTensor>();
  for (const [name, shape] of weightShapes(graph)) {
    const scale = shape.length > 1 ? Math.sqrt(2 / sizeOf(shape.slice(1))) : 1;
    const data = randomFloats(sizeOf(shape), random).map((x) => (name.endsWith('variance') ? 0.5 + x * x : scale * x));
    weights.set(name, { shape, data });
  }
  return { graph, weights, gateMaps, info: { name: 'random' } };
}

/** Largest distance between two arrays of equal length. */
export function largestDistance(x: ArrayLike<number>, y: ArrayLike<number>): number {
  let distance = 0;
  for (let i = 0; i < x.length; i++) distance = Math.max(distance, Math.abs(x[i]! - y[i]!));
  return distance;
}
