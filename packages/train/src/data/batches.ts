/**
 * Batches on the device: bytes picked by index, normalised, and for training cropped and mirrored, all in whole batches.
 * @module
 */
import {
  arange,
  cat,
  type Device,
  type Generator,
  keep,
  pad,
  randint,
  scope,
  type Tensor,
  tensor,
} from '@relent/torch';
import { type Augmentation, type DatasetInfo, IGNORED_LABEL, type Split } from './dataset.js';

/** Normalised images [N, C, H, W] and int64 labels, [N] or [N, H, W]. */
export interface Batch {
  readonly images: Tensor;
  readonly labels: Tensor;
}

/** A split whose bytes lie on the device. Its tensors live until {@link BatchLoader.free}. */
export class BatchLoader {
  readonly count: number;
  /** Whether every pixel has a label of its own. */
  readonly perPixel: boolean;
  readonly #images: Tensor;
  readonly #labels: Tensor;
  readonly #scale: Tensor;
  readonly #shift: Tensor;
  readonly #augmentation: Augmentation;

  constructor(info: DatasetInfo, split: Split, device: Device = 'cpu') {
    this.count = split.count;
    this.#augmentation = info.augmentation;
    const [channels, ...plane] = info.inputShape;
    this.perPixel = split.labels.length > split.count;
    const perChannel = (values: number[]) =>
      keep(tensor(Float32Array.from(values), { shape: [1, channels, 1, 1], device }));
    this.#images = keep(tensor(split.images, { shape: [split.count, ...info.inputShape], device }));
    this.#labels = keep(
      tensor(split.labels, { shape: this.perPixel ? [split.count, ...plane] : [split.count], dtype: 'int64', device }),
    );
    this.#scale = perChannel(info.std.map((std) => 1 / (255 * std)));
    this.#shift = perChannel(info.mean.map((mean, c) => -mean / info.std[c]!));
  }

  /** The images at the given positions [N] int64, as they are. */
  pick(positions: Tensor): Batch {
    return scope(() => ({
      images: this.#normalise(this.#images.indexSelect(0, positions)).contiguous('channels_last'),
      labels: this.#labels.indexSelect(0, positions),
    }));
  }

  /** The images from `start` on, `length` of them, as they are. */
  slice(start: number, length: number): Batch {
    return scope(() => ({
      images: this.#normalise(this.#images.narrow(0, start, length)).contiguous('channels_last'),
      labels: this.#labels.narrow(0, start, length),
    }));
  }

  /** The images at the given positions, varied as the data set says. */
  pickVaried(positions: Tensor, generator: Generator): Batch {
    return scope(() => {
      const images = this.#normalise(this.#images.indexSelect(0, positions));
      const labels = this.#labels.indexSelect(0, positions);
      if (!this.perPixel)
        return { images: vary(images, this.#augmentation, generator).contiguous('channels_last'), labels };
      // Labels are moved with their pixels, as one more channel; those of added pixels do not count.
      const plane = labels.sub(IGNORED_LABEL).to({ dtype: 'float32' }).unsqueeze(1);
      const varied = vary(cat([images, plane], 1), this.#augmentation, generator);
      const channels = images.shape[1]!;
      return {
        images: varied.narrow(1, 0, channels).contiguous('channels_last'),
        labels: varied.select(1, channels).round().to({ dtype: 'int64' }).add(IGNORED_LABEL),
      };
    });
  }

  #normalise(bytes: Tensor): Tensor {
    return bytes.to({ dtype: 'float32' }).mul(this.#scale).add(this.#shift);
  }

  /** Frees the split's memory on the device. */
  free(): void {
    for (const owned of [this.#images, this.#labels, this.#scale, this.#shift]) owned.free();
  }
}

/**
 * Random crops of the padded images, mirrored half the time: one gather over the batch.
 * @param images - [N, C, H, W], normalised, so that padding with 0 is padding with the mean colour.
 * @returns [N, C, H, W], new.
 */
export function vary(images: Tensor, augmentation: Augmentation, generator: Generator): Tensor {
  const { padding, fill, flip } = augmentation;
  if (padding === 0 && !flip) return images;
  const [count, channels, height, width] = images.shape as [number, number, number, number];
  return scope(() => {
    const { device } = images;
    const draw = (bound: number) => randint(0, bound, [count, 1], { generator }).to({ device });
    const margin: [number, number, number, number] = [padding, padding, padding, padding];
    const padded = padding === 0 ? images : pad(images, margin, { mode: fill === 'reflect' ? 'reflect' : 'constant' });
    const rows = arange(0, height, 1, { device }).add(draw(2 * padding + 1));
    const left = draw(2 * padding + 1);
    const columns = arange(0, width, 1, { device }).unsqueeze(0);
    // Mirrored images read their columns from right to left: w - 1 - column.
    const mirrored = flip ? draw(2) : null;
    const read = mirrored ? columns.mul(mirrored.mul(-2).add(1)).add(mirrored.mul(width - 1)) : columns;
    const position = rows
      .mul(width + 2 * padding)
      .unsqueeze(2)
      .add(read.add(left).unsqueeze(1))
      .reshape([count, 1, height * width])
      .expand([count, channels, height * width]);
    return padded
      .reshape([count, channels, (height + 2 * padding) * (width + 2 * padding)])
      .gather(2, position)
      .reshape([count, channels, height, width]);
  });
}
