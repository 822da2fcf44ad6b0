/**
 * The ranges of every node's values over many images, on tensors: the fast twin of the graph package's `calibrate`.
 * @module
 */
import { foldBatchNorm, type Model } from '@relent/graph';
import { type Device, noGrad, scope } from '@relent/torch';
import { BatchLoader } from './data/batches.js';
import { type Dataset, type SplitName, splitOf } from './data/dataset.js';
import { Network } from './network.js';

/** How to calibrate. */
export interface CalibrateOptions {
  /** Whose images; `train` unless given, as they are without variation. */
  readonly split?: SplitName;
  /** How many images, from the first on; 1024 unless given. */
  readonly count?: number;
  /** Images at a time; 128 unless given. */
  readonly batchSize?: number;
  /** Where to compute; the CPU unless given. */
  readonly device?: Device;
}

/**
 * The largest |value| of every node of the model with its batch norms folded, over images of a split.
 * @returns one entry a node of the folded graph.
 * @throws RangeError if the images do not have the model's input shape or there are none.
 */
export function calibrateFast(model: Model, data: Dataset, options: CalibrateOptions = {}): Map<string, number> {
  const { split = 'train', batchSize = 128, device = 'cpu' } = options;
  const network = Network.fromModel(foldBatchNorm(model), { device });
  const loader = new BatchLoader(data, splitOf(data, split), device);
  const count = Math.min(options.count ?? 1024, loader.count);
  if (!(count > 0)) throw new RangeError(`"count" expected images to calibrate on, got ${count}`);
  const ranges = new Map<string, number>();
  try {
    for (let start = 0; start < count; start += batchSize)
      noGrad(() =>
        scope(() => {
          const { images } = loader.slice(start, Math.min(batchSize, count - start));
          const observe = (id: string, value: typeof images) =>
            ranges.set(
              id,
              Math.max(
                ranges.get(id) ?? 0,
                scope(() => value.abs().amax().item()),
              ),
            );
          network.forward(images, { observe });
        }),
      );
  } finally {
    loader.free();
    network.free();
  }
  return ranges;
}
