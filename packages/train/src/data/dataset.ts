/**
 * What a data set is once it is in memory: three splits of bytes, and what is needed to feed them to a network.
 * @module
 */

/** The parts of a data set. Every selection is made on `validation`; `test` is for the number that is reported. */
export type SplitName = 'train' | 'validation' | 'test';

/** The label of a pixel that counts neither in losses nor in accuracies. */
export const IGNORED_LABEL = -100;

/** Images and labels in order. */
export interface Split {
  readonly name: SplitName;
  readonly count: number;
  /** [count, C, H, W] bytes, row-major. */
  readonly images: Uint8Array;
  /** [count] class indices; for segmentation [count, H, W], with {@link IGNORED_LABEL} where there is none. */
  readonly labels: Int32Array;
}

/** How training images are varied: random crops of the padded image, mirrored half the time. */
export interface Augmentation {
  /** Pixels added on every side before a crop of the original size is taken; 0 for no crop. */
  readonly padding: number;
  /** What the added pixels hold: the mean colour, or the image mirrored at its border. */
  readonly fill: 'mean' | 'reflect';
  /** Whether half of the images are mirrored left to right. */
  readonly flip: boolean;
  /** Side of a square of the mean colour, anywhere in the image; none unless given. */
  readonly cutout?: number;
}

/** What is known of a data set without reading it. */
export interface DatasetInfo {
  readonly name: string;
  /** [C, H, W] of an image. */
  readonly inputShape: readonly [number, number, number];
  /** Names of the classes, in label order. */
  readonly classes: readonly string[];
  /** Images as published, before a validation split is taken out of the training images. */
  readonly counts: { readonly train: number; readonly test: number };
  /** Per channel, for pixels scaled to [0, 1]. */
  readonly mean: readonly number[];
  readonly std: readonly number[];
  readonly augmentation: Augmentation;
  /** Training images set apart for validation unless asked otherwise. */
  readonly validationCount: number;
}

/** A data set in memory. */
export interface Dataset extends DatasetInfo {
  readonly train: Split;
  readonly validation: Split;
  readonly test: Split;
}

/** Images as a reader delivers them: bytes [N, C, H, W] and labels [N], or [N, H, W]. */
export interface LabelledImages {
  readonly images: Uint8Array;
  readonly labels: Int32Array;
}

/**
 * The split of that name.
 * @throws RangeError if there is no such split.
 */
export function splitOf(data: Dataset, name: SplitName): Split {
  switch (name) {
    case 'train':
      return data.train;
    case 'validation':
      return data.validation;
    case 'test':
      return data.test;
    default:
      name satisfies never;
      throw new RangeError(`"split" expected train, validation or test, got ${String(name)}`);
  }
}
