/**
 * Batches on the device: bytes picked by index, normalised, and for training cropped and mirrored, all in whole batches.
 * @module
 */
import { cat, type Device, type Generator, keep, randperm, scope, type Tensor, tensor } from '@relent/torch';
import { type Augmentation, type DatasetInfo, IGNORED_LABEL, type Split } from './dataset.js';
import { drawVariation, vary } from './variation.js';

/** Normalised images [N, C, H, W] and int64 labels, [N] or [N, H, W]. */
export interface Batch {
  readonly images: Tensor;
  readonly labels: Tensor;
}

/** Everything random in an epoch, on the device. The tensors live until they are freed. */
export interface EpochPlan {
  /** [steps · size] int64: the images in order. */
  readonly positions: Tensor;
  /** [steps · size, n] int64: how each is varied. */
  readonly variation: Tensor;
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
  readonly #plane: readonly [number, number];

  constructor(info: DatasetInfo, split: Split, device: Device = 'cpu') {
    this.count = split.count;
    this.#augmentation = info.augmentation;
    const [channels, ...plane] = info.inputShape;
    this.#plane = plane;
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

  /** Draws the order and the variation of `steps` batches of `size` images. */
  planEpoch(generator: Generator, steps: number, size: number): EpochPlan {
    return scope(() => {
      const order = randperm(this.count, { generator }).narrow(0, 0, steps * size);
      const drawn = Array.from({ length: steps }, () =>
        drawVariation(this.#augmentation, this.#plane, size, generator),
      );
      const { device } = this.#images;
      return { positions: keep(order.to({ device })), variation: keep(cat(drawn, 0).to({ device })) };
    });
  }

  /**
   * The images at the given positions, varied as the data set says.
   * @param positions - [N] int64.
   * @param variation - [N, n] int64, as {@link BatchLoader.planEpoch} draws it.
   */
  pickVaried(positions: Tensor, variation: Tensor): Batch {
    return scope(() => {
      const images = this.#normalise(this.#images.indexSelect(0, positions));
      const labels = this.#labels.indexSelect(0, positions);
      if (!this.perPixel)
        return { images: vary(images, this.#augmentation, variation).contiguous('channels_last'), labels };
      // Labels are moved with their pixels, as one more channel; those of added pixels do not count.
      const plane = labels.sub(IGNORED_LABEL).to({ dtype: 'float32' }).unsqueeze(1);
      const varied = vary(cat([images, plane], 1), this.#augmentation, variation);
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
