/**
 * Stages of methods that train more than once: a selection under soft or changing masks, then the fine-tuning.
 * @module
 */
import { join } from 'node:path';
import type { GateMap, Model } from '@relent/graph';
import type { EpochMetrics } from '../checkpoint.js';
import type { FitOptions, FitProgress } from '../fit-options.js';
import { TrainingRun } from '../training-run.js';
import { allocate } from './allocation.js';
import { FineTuning, type FineTuningOptions } from './fine-tuning.js';
import type { ReductionContext, ReductionOutcome } from './method.js';
import type { Own } from './staged-method.js';

/** Where a stage stands within the method: its epochs, those before it, and its subfolder. */
export interface StagePlace {
  readonly folder: string;
  readonly epochs: number;
  readonly earlier: readonly EpochMetrics[];
}

/** A stage as the method sees it: epochs are counted through all stages. */
function placed(context: ReductionContext, { earlier }: StagePlace): ReductionContext {
  const { onProgress, epochs } = context;
  if (!onProgress) return context;
  const report = (progress: FitProgress) => onProgress({ ...progress, epoch: progress.epoch + earlier.length, epochs });
  return { ...context, onProgress: report };
}

/** Curves one after the other, their epochs counted on. */
function joined(earlier: readonly EpochMetrics[], later: readonly EpochMetrics[]): EpochMetrics[] {
  return [...earlier, ...later.map((entry) => ({ ...entry, epoch: entry.epoch + earlier.length }))];
}

/**
 * Trains the network of a stage and leaves the last weights in it; each step is an epoch.
 * @returns the curve of all stages so far.
 */
export async function* trainingStage(
  context: ReductionContext,
  place: StagePlace,
  options: Pick<FitOptions, 'network' | 'schedule' | 'optimizer' | 'distillation' | 'extension' | 'label'>,
  own: Own,
): AsyncGenerator<void, readonly EpochMetrics[]> {
  if (place.epochs === 0) return place.earlier;
  const { data, batchSize, seed, runFolder, onProgress, signal } = placed(context, place);
  const run = own(
    new TrainingRun({
      ...options,
      data,
      epochs: place.epochs,
      batchSize,
      seed,
      keep: 'last',
      ...(runFolder === null ? {} : { runFolder: join(runFolder, place.folder) }),
      ...(onProgress ? { onProgress } : {}),
      ...(signal ? { signal } : {}),
    }),
  );
  while (!run.done) {
    await run.epoch();
    yield;
  }
  const curve = joined(place.earlier, run.history);
  run.finish();
  return curve;
}

/** The last stage: trains the weights of `model` under final gate maps. Its teacher is that of the whole reduction. */
export async function* fineTuningStage(
  context: ReductionContext,
  place: StagePlace,
  model: Model,
  gateMaps: ReadonlyMap<string, GateMap>,
  options: FineTuningOptions,
  own: Own,
): AsyncGenerator<void, ReductionOutcome> {
  const teacher = context.teacher ?? context.model;
  const here = { ...placed(context, place), model, teacher, epochs: place.epochs };
  const tuning = own(new FineTuning(here, gateMaps, { ...options, folder: place.folder }));
  while (!tuning.done) {
    await tuning.epoch();
    yield;
  }
  const { model: tuned, curve } = tuning.finish();
  return { model: tuned, curve: joined(place.earlier, curve) };
}

/**
 * Divides epochs among stages: one for each stage with a share while there are enough, earlier stages first, and the rest
 * in proportion to the shares.
 */
export function divideEpochs(epochs: number, shares: readonly number[]): number[] {
  let left = epochs;
  const first = shares.map((share) => {
    if (share <= 0 || left === 0) return 0;
    left--;
    return 1;
  });
  const rest = allocate(
    shares,
    shares.map((share) => (share > 0 ? left : 0)),
    left,
  );
  return first.map((one, stage) => one + rest[stage]!);
}
