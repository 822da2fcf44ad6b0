/**
 * The integer interpreter with the fast convolution: what a private result is compared with.
 *
 * @module
 */
import type { IntegerConvolve, IntegerModel } from '@relent/graph';

/** The integer network, ready to run. */
export interface IntegerRunner {
  /** Normalised pixels to integers of the input's scale. */
  quantise(pixels: Float32Array): Int32Array;
  /** Logits with exact truncation. */
  floor(image: Int32Array): Int32Array;
  /** Logits with the truncation carries of the client's shares. */
  shares(image: Int32Array, clientShares: (site: string) => Int32Array): Int32Array;
  /** Logits with the carries of uniform shares, drawn anew for each `seed`: what a private run is likely to give. */
  uniformShares(image: Int32Array, seed: number): Int32Array;
  /** Largest distance that `shares` can have from `floor` on this image, over all logits and shares. */
  distanceBound(image: Int32Array): number;
}

/** Loads the kernels and wraps a model. */
export async function integerRunner(model: IntegerModel): Promise<IntegerRunner> {
  const { interpretInteger, quantizeImage, ringReduce, shareDistanceBound, sizeOf } = await import('@relent/graph');
  const { loadKernels } = await import('@relent/kernels');
  const kernels = loadKernels();
  const convolve: IntegerConvolve = (input, weight, bias, geometry) => kernels.convolve(input, weight, bias, geometry);
  const { nodes, ringBits } = model.graph;
  const positions = new Map(nodes.map((node, position) => [node.id, { position, size: sizeOf(node.shape) }]));
  const uniform = (site: string, seed: number): Int32Array => {
    const { position, size } = positions.get(site)!;
    const key = new Uint8Array(32);
    new DataView(key.buffer).setUint32(0, seed);
    new DataView(key.buffer).setUint32(4, position);
    return ringReduce(new Int32Array(kernels.keystream(key, 0, 4 * size).slice().buffer), ringBits);
  };
  return {
    quantise: (pixels) => quantizeImage(model.graph, pixels),
    floor: (image) => interpretInteger(model, image, { mode: 'floor', convolve }).output,
    shares: (image, clientShares) => interpretInteger(model, image, { mode: 'shares', clientShares, convolve }).output,
    uniformShares: (image, seed) =>
      interpretInteger(model, image, { mode: 'shares', clientShares: (site) => uniform(site, seed), convolve }).output,
    distanceBound: (image) => Math.max(...shareDistanceBound(model, image, convolve)),
  };
}

/** The index of the largest entry, the first of equals. */
export function argmax(values: ArrayLike<number>): number {
  let best = 0;
  for (let i = 1; i < values.length; i++) if (values[i]! > values[best]!) best = i;
  return best;
}
