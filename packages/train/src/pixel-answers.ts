/**
 * How right the answers of a segmentation are, pixel by pixel: intersection over union of each class.
 *
 * Source: Everingham et al., The PASCAL Visual Object Classes Challenge, IJCV 2015, section 4.3.
 * @module
 */
import { scope, type Tensor } from '@relent/torch';
import { IGNORED_LABEL } from './data/dataset.js';

/** Pixels of each class over a whole split; those with an ignored label count nowhere. */
export class PixelAnswers {
  /** [classes]: pixels that have the class and were given it. */
  readonly #both: number[];
  /** [classes]: pixels that have the class, or were given it. */
  readonly #either: number[];
  /** [classes]: pixels that have the class. */
  readonly counts: number[];

  constructor(classes: number) {
    const none = () => new Array<number>(classes).fill(0);
    this.#both = none();
    this.#either = none();
    this.counts = none();
  }

  /**
   * Adds a batch.
   * @param logits - [N, classes, H, W].
   * @param labels - [N, H, W] int64.
   */
  add(logits: Tensor, labels: Tensor): void {
    scope(() => {
      const answers = logits.argmax(1);
      const counted = labels.ne(IGNORED_LABEL);
      for (const k of this.counts.keys()) {
        const has = labels.eq(k);
        const given = answers.eq(k).logicalAnd(counted);
        this.counts[k]! += has.sum().item();
        this.#both[k]! += has.logicalAnd(given).sum().item();
        this.#either[k]! += has.logicalOr(given).sum().item();
      }
    });
  }

  /** [classes]: intersection over union in [0, 1]; 0 for a class that neither occurs nor was answered. */
  perClass(): number[] {
    return this.#both.map((both, k) => (this.#either[k] === 0 ? 0 : both / this.#either[k]!));
  }

  /** Mean over the classes that occur. */
  mean(): number {
    const present = this.perClass().filter((_, k) => this.counts[k]! > 0);
    return present.length === 0 ? 0 : present.reduce((sum, value) => sum + value, 0) / present.length;
  }
}

/**
 * Right answers of a batch, counted in images: with a label for every pixel, the share of right pixels times the images.
 * @param logits - [N, classes] or [N, classes, H, W].
 * @param labels - [N] or [N, H, W] int64.
 */
export function rightAnswers(logits: Tensor, labels: Tensor): Tensor {
  const right = logits.argmax(1).eq(labels).sum();
  if (labels.shape.length === 1) return right;
  return right.mul(labels.shape[0]!).div(labels.ne(IGNORED_LABEL).sum().clamp(1));
}
