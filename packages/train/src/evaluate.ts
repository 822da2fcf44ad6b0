/**
 * Accuracy and loss on a split.
 * @module
 */
import { noGrad, scope } from '@relent/torch';
import { BatchLoader } from './data/batches.js';
import { type Dataset, type SplitName, splitOf } from './data/dataset.js';
import type { GateFunction } from './layers/gate-function.js';
import { crossEntropyLoss } from './losses/cross-entropy.js';
import type { Network } from './network.js';
import { otherWork } from './other-work.js';

/** How good a network is on a split. */
export interface Evaluation {
  /** Correct answers in [0, 1]. */
  readonly accuracy: number;
  /** Mean cross-entropy in nats. */
  readonly loss: number;
  readonly count: number;
}

/** How to evaluate. */
export interface EvaluateOptions {
  /** Images at a time; 500 unless given. */
  readonly batchSize?: number;
  /** The gate of every site; the hard step unless given. */
  readonly gate?: GateFunction;
  readonly onProgress?: (done: number, total: number) => void;
  readonly signal?: AbortSignal;
}

/** Runs a network on every image that a loader holds. */
export async function evaluateLoader(
  network: Network,
  loader: BatchLoader,
  options: EvaluateOptions = {},
): Promise<Evaluation> {
  const { batchSize = 500, onProgress, signal } = options;
  let correct = 0;
  let loss = 0;
  for (let start = 0; start < loader.count; start += batchSize) {
    const length = Math.min(batchSize, loader.count - start);
    noGrad(() =>
      scope(() => {
        const { images, labels } = loader.slice(start, length);
        const logits = network.forward(images, options.gate ? { gate: options.gate } : {});
        correct += logits.argmax(1).eq(labels).sum().item();
        loss += crossEntropyLoss(logits, labels).item() * length;
      }),
    );
    onProgress?.(start + length, loader.count);
    await otherWork(signal);
  }
  const count = loader.count;
  return { accuracy: count === 0 ? 0 : correct / count, loss: count === 0 ? 0 : loss / count, count };
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
