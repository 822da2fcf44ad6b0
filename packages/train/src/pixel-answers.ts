/**
 * How right the answers of a segmentation are, pixel by pixel: intersection over union of each class.
 *
 * Source: Everingham et al., The PASCAL Visual Object Classes Challenge, IJCV 2015, section 4.3.
 * @module
 */
import { call, full, scope, type Tensor, where, zeros } from '@relent/torch';
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
    const classes = this.counts.length;
    // [classes, classes] and one more: pixels by label and answer, and last those that do not count.
    const pairs = scope(() => {
      const { device } = labels;
      const pair = where(
        labels.ne(IGNORED_LABEL),
        labels.mul(classes).add(logits.argmax(1)),
        full([], classes * classes, { dtype: 'int64', device }),
      ).reshape([-1]);
      const none = zeros([classes * classes + 1], { dtype: 'int64', device });
      return (call('aten::index_add', [none, 0, pair, pair.clone().fill_(1)]) as Tensor).toNumbers();
    });
    for (const k of this.counts.keys()) {
      const both = pairs[k * classes + k]!;
      let has = 0;
      let given = 0;
      for (const other of this.counts.keys()) {
        has += pairs[k * classes + other]!;
        given += pairs[other * classes + k]!;
      }
      this.counts[k]! += has;
      this.#both[k]! += both;
      this.#either[k]! += has + given - both;
    }
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
