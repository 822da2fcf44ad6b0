/**
 * The layers of convolutional networks, as functions.
 * @module
 */
import { bernoulli } from './create.js';
import { tensorOp } from './dispatch.js';
import type { Generator } from './random.js';
import type { Tensor } from './tensor.js';

/** One number for both spatial dimensions, or one for each. */
export type Pair = number | readonly [number, number];

const op = {
  conv2d: tensorOp('aten::conv2d'),
  linear: tensorOp('aten::linear'),
  batchNorm: tensorOp('aten::batch_norm'),
  maxPool2d: tensorOp('aten::max_pool2d'),
  avgPool2d: tensorOp('aten::avg_pool2d'),
  adaptiveAvgPool2d: tensorOp('aten::adaptive_avg_pool2d'),
  bilinear: tensorOp('aten::upsample_bilinear2d'),
  nearest: tensorOp('aten::upsample_nearest2d'),
  constantPad: tensorOp('aten::constant_pad_nd'),
  reflectPad: tensorOp('aten::reflection_pad2d'),
  replicatePad: tensorOp('aten::replication_pad2d'),
  dropout: tensorOp('aten::dropout'),
};

/**
 * Cross-correlation of [N, C, H, W] with [O, C / groups, kh, kw].
 * @returns [N, O, H', W'].
 */
export function conv2d(
  x: Tensor,
  weight: Tensor,
  bias: Tensor | null = null,
  options: { stride?: Pair; padding?: Pair; dilation?: Pair; groups?: number } = {},
): Tensor {
  return op.conv2d(x, weight, bias, options.stride, options.padding, options.dilation, options.groups);
}

/** `x · weightᵀ + bias` over the last dimension; `weight` is [out, in]. */
export function linear(x: Tensor, weight: Tensor, bias: Tensor | null = null): Tensor {
  return op.linear(x, weight, bias);
}

/**
 * Batch normalisation over all dimensions but the second. While training, uses the statistics of the batch and moves
 * `mean` and `variance` (unbiased) towards them in place; else uses `mean` and `variance`.
 */
export function batchNorm(
  x: Tensor,
  weight: Tensor | null,
  bias: Tensor | null,
  mean: Tensor | null,
  variance: Tensor | null,
  {
    training = false,
    momentum = 0.1,
    epsilon = 1e-5,
  }: { training?: boolean; momentum?: number; epsilon?: number } = {},
): Tensor {
  return op.batchNorm(x, weight, bias, mean, variance, training, momentum, epsilon, true);
}

/** The largest of each window. `stride` defaults to the kernel. */
export function maxPool2d(
  x: Tensor,
  kernel: Pair,
  { stride, padding = 0, ceilMode = false }: { stride?: Pair; padding?: Pair; ceilMode?: boolean } = {},
): Tensor {
  return op.maxPool2d(x, kernel, stride ?? kernel, padding, 1, ceilMode);
}

/** The mean of each window. `stride` defaults to the kernel; padding counts as zeros unless `countPadding` is false. */
export function avgPool2d(
  x: Tensor,
  kernel: Pair,
  options: { stride?: Pair; padding?: Pair; ceilMode?: boolean; countPadding?: boolean } = {},
): Tensor {
  const { stride = kernel, padding = 0, ceilMode = false, countPadding = true } = options;
  return op.avgPool2d(x, kernel, stride, padding, ceilMode, countPadding);
}

/** Averages to the given height and width, whatever the input's. */
export function adaptiveAvgPool2d(x: Tensor, size: Pair): Tensor {
  return op.adaptiveAvgPool2d(x, size);
}

/** Resizes [N, C, H, W] to `size`. Corners are aligned at pixel edges unless `alignCorners`. */
export function interpolate(
  x: Tensor,
  size: Pair,
  { mode = 'bilinear', alignCorners = false }: { mode?: 'bilinear' | 'nearest'; alignCorners?: boolean } = {},
): Tensor {
  const target = typeof size === 'number' ? [size, size] : size;
  switch (mode) {
    case 'bilinear':
      return op.bilinear(x, target, alignCorners);
    case 'nearest':
      return op.nearest(x, target);
    default:
      throw new RangeError(`"mode" expected bilinear or nearest, got ${String(mode satisfies never)}`);
  }
}

/** Widens the last two dimensions by [left, right, top, bottom] pixels; negative amounts crop (constant mode only). */
export function pad(
  x: Tensor,
  amounts: readonly [left: number, right: number, top: number, bottom: number],
  { mode = 'constant', value = 0 }: { mode?: 'constant' | 'reflect' | 'replicate'; value?: number } = {},
): Tensor {
  switch (mode) {
    case 'constant':
      return op.constantPad(x, amounts, value);
    case 'reflect':
      return op.reflectPad(x, amounts);
    case 'replicate':
      return op.replicatePad(x, amounts);
    default:
      throw new RangeError(`"mode" expected constant, reflect or replicate, got ${String(mode satisfies never)}`);
  }
}

/** While training, zeroes elements with the given probability and scales the rest to keep the mean; else the identity. */
export function dropout(
  x: Tensor,
  probability: number,
  { training = true, generator }: { training?: boolean; generator?: Generator | undefined } = {},
): Tensor {
  if (!(probability >= 0 && probability < 1))
    throw new RangeError(`"probability" expected a number in [0, 1), got ${probability}`);
  if (!generator || !training) return op.dropout(x, probability, training);
  const mask = bernoulli(x.shape, 1 - probability, { generator, dtype: x.dtype, device: x.device });
  return x.mul(mask.div_(1 - probability));
}
