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
  /** Largest distance that `shares` can have from `floor` on this image, over all logits and shares. */
  distanceBound(image: Int32Array): number;
}

/** Loads the kernels and wraps a model. */
export async function integerRunner(model: IntegerModel): Promise<IntegerRunner> {
  const { interpretInteger, quantizeImage, shareDistanceBound } = await import('@relent/graph');
  const { loadKernels } = await import('@relent/kernels');
  const kernels = loadKernels();
  const convolve: IntegerConvolve = (input, weight, bias, geometry) => kernels.convolve(input, weight, bias, geometry);
  return {
    quantise: (pixels) => quantizeImage(model.graph, pixels),
    floor: (image) => interpretInteger(model, image, { mode: 'floor', convolve }).output,
    shares: (image, clientShares) => interpretInteger(model, image, { mode: 'shares', clientShares, convolve }).output,
    distanceBound: (image) => Math.max(...shareDistanceBound(model, image, convolve)),
  };
}

/** The index of the largest entry, the first of equals. */
export function argmax(values: ArrayLike<number>): number {
  let best = 0;
  for (let i = 1; i < values.length; i++) if (values[i]! > values[best]!) best = i;
  return best;
}
