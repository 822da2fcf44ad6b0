import type { EpochMetrics } from './checkpoint.js';
import type { FitOptions, FitResult } from './fit-options.js';
import { TrainingRun } from './training-run.js';

/** Sums up the epochs of a run. */
export function summarise(curve: readonly EpochMetrics[]): FitResult {
  let best: FitResult['best'] = null;
  for (const { epoch, validationAccuracy } of curve)
    if (validationAccuracy !== null && validationAccuracy > (best?.validationAccuracy ?? -1))
      best = { epoch, validationAccuracy };
  return { curve, seconds: curve.reduce((sum, entry) => sum + entry.seconds, 0), best };
}

/**
 * Trains a network, or goes on with the run that `runFolder` holds, and leaves the chosen weights in the network.
 *
 * A run that was killed goes on from its last whole epoch and follows the same curve as one that was not. A finished
 * run is not repeated.
 * @throws RangeError if an option is out of range.
 * @throws FormatError if the run's folder is damaged; Error if it holds a run of other options, or the loss diverges.
 */
export async function fit(options: FitOptions): Promise<FitResult> {
  const run = new TrainingRun(options);
  try {
    while (!run.done) await run.epoch();
  } catch (error) {
    run.free();
    throw error;
  }
  const result = summarise(run.history);
  run.finish();
  return result;
}
