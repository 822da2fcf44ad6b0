import type { PoolAttributes, Shape } from '../graph.js';
import { expectInteger, featureMap, slidingLength } from './spec.js';

/**
 * Shape of a pooling node's value.
 * @throws RangeError naming the node if the geometry does not fit; padding above half the kernel would leave windows
 * without any pixel.
 */
export function poolShape(id: string, pool: PoolAttributes, x: Shape | undefined): Shape {
  const [channels, height, width] = featureMap(id, x);
  for (const axis of [0, 1] as const) {
    expectInteger(id, 'kernel', pool.kernel[axis], 1);
    expectInteger(id, 'stride', pool.stride[axis], 1);
    expectInteger(id, 'padding', pool.padding[axis], 0);
    if (2 * pool.padding[axis] > pool.kernel[axis])
      throw new RangeError(
        `"${id}" expected padding of at most half the kernel ${pool.kernel[axis]}, got ${pool.padding[axis]}`,
      );
  }
  return [
    channels,
    slidingLength(id, height, pool.kernel[0], pool.stride[0], pool.padding[0]),
    slidingLength(id, width, pool.kernel[1], pool.stride[1], pool.padding[1]),
  ];
}

/** Folds the pixels of every window, those of the padding left out, into one value. */
export function foldWindows(
  id: string,
  pool: PoolAttributes,
  x: { readonly shape: Shape; readonly data: Float32Array },
  out: Shape,
  start: number,
  step: (folded: number, pixel: number) => number,
): Float32Array {
  const [, height, width] = featureMap(id, x.shape);
  const [channels, outHeight, outWidth] = featureMap(id, out);
  const { kernel, stride, padding } = pool;
  const values = new Float32Array(channels * outHeight * outWidth);
  let position = 0;
  for (let c = 0; c < channels; c++)
    for (let y = 0; y < outHeight; y++)
      for (let at = 0; at < outWidth; at++) {
        let folded = start;
        for (let ky = 0; ky < kernel[0]; ky++)
          for (let kx = 0; kx < kernel[1]; kx++) {
            const inY = y * stride[0] + ky - padding[0];
            const inX = at * stride[1] + kx - padding[1];
            if (inY < 0 || inY >= height || inX < 0 || inX >= width) continue;
            folded = step(folded, x.data[(c * height + inY) * width + inX]!);
          }
        values[position++] = folded;
      }
  return values;
}
