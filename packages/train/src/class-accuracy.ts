/**
 * Accuracy class by class: what a mean hides.
 *
 * Source: Das et al., ICML 2024 (linearisation costs rare classes more).
 * @module
 */
import { noGrad, scope } from '@relent/torch';
import { BatchLoader } from './data/batches.js';
import { type Dataset, type SplitName, splitOf } from './data/dataset.js';
import type { Network } from './network.js';
import { otherWork } from './other-work.js';
import { PixelAnswers } from './pixel-answers.js';

/** Accuracy of each class on a split. */
export interface ClassAccuracy {
  /** Correct answers of all, in [0, 1]; where every pixel has a label, the mean intersection over union. */
  readonly accuracy: number;
  readonly count: number;
  /** [classes]: correct answers of each class in [0, 1], or its intersection over union; 0 for a class without images. */
  readonly classes: readonly number[];
  /** [classes]: images of each class, or pixels. */
  readonly counts: readonly number[];
}

/**
 * Runs a network on a split in evaluation mode and counts per class.
 * @throws RangeError if the images do not have the network's input shape.
 */
export async function evaluateClasses(
  network: Network,
  data: Dataset,
  split: SplitName,
  options: { readonly batchSize?: number; readonly signal?: AbortSignal } = {},
): Promise<ClassAccuracy> {
  const { labels } = splitOf(data, split);
  const loader = new BatchLoader(data, splitOf(data, split), network.device);
  if (loader.perPixel) return pixelAccuracy(network, loader, data.classes.length, options);
  const { batchSize = 500, signal } = options;
  const right = new Array<number>(data.classes.length).fill(0);
  const counts = new Array<number>(data.classes.length).fill(0);
  try {
    for (let start = 0; start < loader.count; start += batchSize) {
      const length = Math.min(batchSize, loader.count - start);
      const answers = noGrad(() =>
        scope(() => network.forward(loader.slice(start, length).images).argmax(1).toArray()),
      );
      for (let i = 0; i < length; i++) {
        const label = labels[start + i]!;
        counts[label]!++;
        if (Number(answers[i]) === label) right[label]!++;
      }
      await otherWork(signal);
    }
  } finally {
    loader.free();
  }
  const count = counts.reduce((sum, n) => sum + n, 0);
  const correct = right.reduce((sum, n) => sum + n, 0);
  return {
    accuracy: count === 0 ? 0 : correct / count,
    count,
    classes: right.map((n, label) => (counts[label] === 0 ? 0 : n / counts[label]!)),
    counts,
  };
}

async function pixelAccuracy(
  network: Network,
  loader: BatchLoader,
  classes: number,
  { batchSize = 16, signal }: { readonly batchSize?: number; readonly signal?: AbortSignal },
): Promise<ClassAccuracy> {
  const pixels = new PixelAnswers(classes);
  try {
    for (let start = 0; start < loader.count; start += batchSize) {
      noGrad(() =>
        scope(() => {
          const { images, labels } = loader.slice(start, Math.min(batchSize, loader.count - start));
          pixels.add(network.forward(images), labels);
        }),
      );
      await otherWork(signal);
    }
  } finally {
    loader.free();
  }
  return { accuracy: pixels.mean(), count: loader.count, classes: pixels.perClass(), counts: pixels.counts };
}
