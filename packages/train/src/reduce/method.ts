/**
 * The contract of a reduction method: from a trained model and a budget to a model with gate maps that meets it.
 * @module
 */
import type { Model } from '@relent/graph';
import type { z } from 'zod';
import type { EpochMetrics } from '../checkpoint.js';
import type { ComputeOptions } from '../compute.js';
import type { Dataset } from '../data/dataset.js';
import type { FitProgress } from '../fit-options.js';

/** What every method is given. */
export interface ReductionContext {
  /** The trained model: where the weights and, if it shares decisions already, the gate maps come from. */
  readonly model: Model;
  /** Whose answers are learned; `model` unless given. */
  readonly teacher?: Model;
  readonly data: Dataset;
  /** Comparisons that one image may need at most. */
  readonly budgetComparisons: number;
  /** Epochs of training that the method may use. */
  readonly epochs: number;
  readonly batchSize: number;
  readonly seed: number;
  /** Where to compute, and in which precision to train; on the CPU in float32 unless given. */
  readonly compute?: ComputeOptions;
  /** Holds checkpoints; a reduction that is there already is continued. */
  readonly runFolder: string | null;
  readonly onProgress?: (progress: FitProgress) => void;
  readonly signal?: AbortSignal;
}

/** What a method has when it is done. */
export interface ReductionOutcome {
  readonly model: Model;
  readonly curve: readonly EpochMetrics[];
  /** All models of a method that makes several, `model` among them, in order of their comparisons. */
  readonly family?: readonly FamilyMember[];
  /** What the user should know of the outcome, such as why some models could not be made. */
  readonly notes?: readonly string[];
}

/** One model of a method that makes several. */
export interface FamilyMember {
  /** What tells it from the others. */
  readonly label: string;
  readonly model: Model;
  readonly comparisons: number;
  /** Accuracy on the validation split in [0, 1]; `null` if it was not trained or there is no such split. */
  readonly validationAccuracy: number | null;
}

/**
 * One published way to lower comparisons: `init`, then `step` until it answers `false`, then `finish`.
 *
 * Inclusion: the budget is met exactly (comparisons of the outcome ≤ budget, counted by `gateCost`); equal seeds give
 * equal outcomes; a run that was killed continues to the same outcome; the exported model computes what the trained
 * network does; every tensor that the method makes is freed by `finish` or `abandon`.
 */
export interface ReductionMethod<Options, State> {
  readonly name: string;
  /** Authors, short title, arXiv id. */
  readonly source: string;
  /** Reads options from data such as command-line flags, and fills in defaults. */
  readonly options: z.ZodType<Options>;
  /**
   * What the options' types cannot say.
   * @throws RangeError if the options do not fit.
   */
  expect?(options: Options): void;
  /**
   * Why fresh weights do not do with these options, or `null` if they do. A method without this needs a trained network.
   */
  needsTraining?(options: Options): string | null;
  init(context: ReductionContext, options: Options): State;
  /** One unit of work, an epoch where the method trains. Answers whether more remains. */
  step(state: State): Promise<boolean>;
  finish(state: State): ReductionOutcome;
  /** Frees what `init` made when the reduction ends early. */
  abandon(state: State): void;
}
