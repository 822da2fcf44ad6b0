import { type Graph, inferShapes, sizeOf } from '@relent/graph';

/** Images with elements from a roughly normal distribution. */
export function randomImages(graph: Graph, random: () => number, count: number): Float32Array[] {
  const length = sizeOf(inferShapes(graph).get(graph.nodes[0]!.id)!);
  const deviate = () => 2 * (random() + random() + random() + random() - 2);
  return Array.from({ length: count }, () => Float32Array.from({ length }, deviate));
}

/** Uniform integers of Z_2^l. */
export function randomRing(length: number, ringBits: number, random: () => number): Int32Array {
  const half = 2 ** (ringBits - 1);
  return Int32Array.from({ length }, () => Math.floor(random() * 2 * half) - half);
}
