/**
 * How training images are varied: drawn on the host, applied to whole batches where the images lie.
 *
 * The numbers come from a generator of the host whatever the device, so that a seed means the same images everywhere;
 * those of a whole epoch travel to the device at once.
 * @module
 */
import { arange, cat, type Generator, pad, randint, scope, type Tensor, where, zeros } from '@relent/torch';
import type { Augmentation } from './dataset.js';

/**
 * Draws the variation of a batch on the host.
 * @returns [count, n] int64: row and column of the crop, whether to mirror, row and column of the hole; only those that
 *   the augmentation has.
 */
export function drawVariation(
  { padding, flip, cutout = 0 }: Augmentation,
  plane: readonly [number, number],
  count: number,
  generator: Generator,
): Tensor {
  const bounds = padding === 0 && !flip ? [] : [2 * padding + 1, 2 * padding + 1];
  if (flip) bounds.push(2);
  if (cutout > 0) bounds.push(...plane);
  return scope(() => {
    const columns = bounds.map((bound) => randint(0, bound, [count, 1], { generator }));
    return columns.length === 0 ? zeros([count, 0], { dtype: 'int64' }) : cat(columns, 1);
  });
}

/**
 * Random crops of the padded images, mirrored half the time, with a square hole.
 *
 * Source of the hole: DeVries & Taylor, Cutout, arXiv:1708.04552: centred anywhere, so part of it may lie outside.
 * @param images - [N, C, H, W], normalised, so that padding with 0 is padding with the mean colour.
 * @param variation - From {@link drawVariation}, on the images' device.
 * @returns [N, C, H, W], new unless nothing is varied.
 */
export function vary(images: Tensor, augmentation: Augmentation, variation: Tensor): Tensor {
  const { padding, flip, cutout = 0 } = augmentation;
  return scope(() => {
    const cropped = padding === 0 && !flip ? images : crop(images, augmentation, variation);
    const first = variation.shape[1]! - 2;
    return cutout === 0 ? cropped : cutOut(cropped, cutout, variation.narrow(1, first, 2));
  });
}

/** One gather over the batch. */
function crop(images: Tensor, { padding, fill, flip }: Augmentation, variation: Tensor): Tensor {
  const [count, channels, height, width] = images.shape as [number, number, number, number];
  const { device } = images;
  const drawn = (column: number) => variation.narrow(1, column, 1);
  const margin: [number, number, number, number] = [padding, padding, padding, padding];
  const padded = padding === 0 ? images : pad(images, margin, { mode: fill === 'reflect' ? 'reflect' : 'constant' });
  const rows = arange(0, height, 1, { device }).add(drawn(0));
  const columns = arange(0, width, 1, { device }).unsqueeze(0);
  // Mirrored images read their columns from right to left: w - 1 - column.
  const mirrored = flip ? drawn(2) : null;
  const read = mirrored ? columns.mul(mirrored.mul(-2).add(1)).add(mirrored.mul(width - 1)) : columns;
  const position = rows
    .mul(width + 2 * padding)
    .unsqueeze(2)
    .add(read.add(drawn(1)).unsqueeze(1))
    .reshape([count, 1, height * width])
    .expand([count, channels, height * width]);
  return padded
    .reshape([count, channels, (height + 2 * padding) * (width + 2 * padding)])
    .gather(2, position)
    .reshape([count, channels, height, width]);
}

/** Zeros in a square of `side` pixels around each centre. */
function cutOut(images: Tensor, side: number, centres: Tensor): Tensor {
  const { device } = images;
  // Pixels from the first of the hole on, counted along one axis: those in [0, side) lie in it.
  const inside = (length: number, centre: Tensor) => {
    const offset = arange(0, length, 1, { device })
      .unsqueeze(0)
      .sub(centre)
      .add(side >> 1);
    return offset.ge(0).logicalAnd(offset.lt(side));
  };
  const [count, , height, width] = images.shape as [number, number, number, number];
  const rows = inside(height, centres.narrow(1, 0, 1)).reshape([count, 1, height, 1]);
  const columns = inside(width, centres.narrow(1, 1, 1)).reshape([count, 1, 1, width]);
  return where(rows.logicalAnd(columns), zeros([], { device }), images);
}
