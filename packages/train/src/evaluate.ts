/**
 * Accuracy and loss on a split.
 * @module
 */
import { keep, noGrad, scope, zeros } from '@relent/torch';
import { BatchLoader } from './data/batches.js';
import { type Dataset, type SplitName, splitOf } from './data/dataset.js';
import type { GateFunction } from './layers/gate-function.js';
import type { SiteFunction } from './layers/layer.js';
import { crossEntropyLoss } from './losses/cross-entropy.js';
import type { Network } from './network.js';
import { otherWork } from './other-work.js';
import { PixelAnswers, rightAnswers } from './pixel-answers.js';

/** How good a network is on a split. */
export interface Evaluation {
  /** Correct answers in [0, 1]; where every pixel has a label, the mean intersection over union of the classes. */
  readonly accuracy: number;
  /** Mean cross-entropy in nats. */
  readonly loss: number;
  readonly count: number;
}

/** How to evaluate. */
export interface EvaluateOptions {
  /** Images at a time; 500 unless given, 16 where every pixel has a label. */
  readonly batchSize?: number;
  /** The gate of every site; the hard step unless given. */
  readonly gate?: GateFunction;
  /** Stands in for the sites; their own gate maps unless given. */
  readonly site?: SiteFunction;
  readonly onProgress?: (done: number, total: number) => void;
  readonly signal?: AbortSignal;
}

/** Classes of a network: the first axis of its output. */
function sizeOfOutput(network: Network): number {
  return network.shapes.get(network.graph.output)![0]!;
}

/** Runs a network on every image that a loader holds. */
export async function evaluateLoader(
  network: Network,
  loader: BatchLoader,
  options: EvaluateOptions = {},
): Promise<Evaluation> {
  const { batchSize = loader.perPixel ? 16 : 500, gate, site, onProgress, signal } = options;
  const forward = { ...(gate ? { gate } : {}), ...(site ? { site } : {}) };
  const pixels = loader.perPixel ? new PixelAnswers(sizeOfOutput(network)) : null;
  // Summed where the network is: reading every batch's numbers would make a fast device wait.
  const sums = keep(zeros([2], { dtype: 'float64', device: network.device }));
  try {
    for (let start = 0; start < loader.count; start += batchSize) {
      const length = Math.min(batchSize, loader.count - start);
      noGrad(() =>
        scope(() => {
          const { images, labels } = loader.slice(start, length);
          const logits = network.forward(images, forward);
          if (pixels) pixels.add(logits, labels);
          else sums.select(0, 0).add_(rightAnswers(logits, labels));
          sums.select(0, 1).add_(crossEntropyLoss(logits, labels), { alpha: length });
        }),
      );
      onProgress?.(start + length, loader.count);
      await otherWork(signal);
    }
    const { count } = loader;
    const [correct, loss] = sums.toArray() as Float64Array;
    const accuracy = pixels ? pixels.mean() : correct! / Math.max(1, count);
    return { accuracy: count === 0 ? 0 : accuracy, loss: count === 0 ? 0 : loss! / count, count };
  } finally {
    sums.free();
  }
}

/**
 * Accuracy and loss of a network on a split of a data set, in evaluation mode.
 * @throws RangeError if the images do not have the network's input shape.
 */
export async function evaluate(
  network: Network,
  data: Dataset,
  split: SplitName,
  options: EvaluateOptions = {},
): Promise<Evaluation> {
  const loader = new BatchLoader(data, splitOf(data, split), network.device);
  try {
    return await evaluateLoader(network, loader, options);
  } finally {
    loader.free();
  }
}
