/**
 * The last phase of most methods: the gate maps stand, and the weights are trained on labels and the teacher's answers.
 *
 * Source: distillation as in Cho et al., Selective Network Linearization, ICML 2022.
 * @module
 */
import { join } from 'node:path';
import type { GateMap } from '@relent/graph';
import { Generator } from '@relent/torch';
import { z } from 'zod';
import type { GateFunction } from '../layers/gate-function.js';
import { Network, type NetworkOptions } from '../network.js';
import type { TrainingExtension } from '../training-extension.js';
import { TrainingRun } from '../training-run.js';
import type { ReductionContext, ReductionOutcome } from './method.js';

/** Options that every method with a fine-tuning has. */
export const fineTuningOptions = {
  /** Largest learning rate. */
  learningRate: z.coerce.number().positive().default(0.05),
  /** T of the teacher's answers. */
  temperature: z.coerce.number().positive().default(4),
  /** Share of the teacher's answers in the loss, in [0, 1]. */
  distillation: z.coerce.number().min(0).max(1).default(0.7),
};

/** What a fine-tuning is told. */
export interface FineTuningOptions {
  readonly learningRate: number;
  readonly temperature: number;
  readonly distillation: number;
  /** Whether the affine pairs of the gates are trained; `false` unless given. */
  readonly trainAffine?: boolean;
  /** Whether the weights in the scores are trained; `gateAt` must then let gradient through to the end. */
  readonly trainScores?: boolean;
  /** The gate of every site while training, from the fraction of the run that is done; the hard step unless given. */
  readonly gateAt?: (fraction: number) => GateFunction;
  /** The student's weights at the start: the model's, or fresh ones drawn by the context's seed. */
  readonly start?: 'model' | 'scratch';
  /** What the method adds to the training. */
  readonly extension?: TrainingExtension;
  /** Text that must be the same when the run is continued: the method and what it chose. */
  readonly label: string;
  /** Subfolder of the run's folder for the checkpoints; the run's folder itself unless given. */
  readonly folder?: string;
}

/** A fine-tuning in progress. Without epochs it is done at once, with the weights as they were. */
export class FineTuning {
  readonly #context: ReductionContext;
  readonly #student: Network;
  readonly #teacher: Network | null;
  readonly #run: TrainingRun | null;

  /** Starts from the weights of the context's model, under the given gate maps. */
  constructor(context: ReductionContext, gateMaps: ReadonlyMap<string, GateMap>, options: FineTuningOptions) {
    const { model, data, epochs, batchSize, seed, compute, runFolder, onProgress, signal } = context;
    const { learningRate, temperature, distillation, gateAt, label, folder, extension } = options;
    this.#context = context;
    const { trainAffine = false, trainScores = false } = options;
    this.#student = studentOf(context, options.start ?? 'model', {
      gateMaps,
      trainAffine,
      trainScores,
      ...compute,
    });
    this.#teacher = epochs > 0 && distillation > 0 ? Network.fromModel(context.teacher ?? model, { ...compute }) : null;
    const teacher = this.#teacher;
    try {
      this.#run =
        epochs === 0
          ? null
          : new TrainingRun({
              network: this.#student,
              data,
              epochs,
              batchSize,
              seed,
              schedule: { kind: 'one-cycle', peak: learningRate, rise: 0.2 },
              label,
              ...(extension ? { extension } : {}),
              ...(teacher ? { distillation: { teacher, temperature, weight: distillation } } : {}),
              ...(runFolder === null ? {} : { runFolder: folder === undefined ? runFolder : join(runFolder, folder) }),
              ...(gateAt ? { gateAt } : {}),
              ...(onProgress ? { onProgress } : {}),
              ...(signal ? { signal } : {}),
            });
    } catch (error) {
      this.#student.free();
      teacher?.free();
      throw error;
    }
  }

  /** Whether all epochs are done. */
  get done(): boolean {
    return this.#run?.done ?? true;
  }

  /** Trains one epoch, if one remains. Answers whether more remain. */
  async epoch(): Promise<boolean> {
    if (!this.done) await this.#run?.epoch();
    return !this.done;
  }

  /** The trained model and its curve; frees everything. */
  finish(): ReductionOutcome {
    const curve = [...(this.#run?.history ?? [])];
    this.#run?.finish();
    const model = this.#student.toModel(this.#context.model.info);
    this.#freeNetworks();
    return { model, curve };
  }

  /** Frees everything without a result. */
  free(): void {
    this.#run?.free();
    this.#freeNetworks();
  }

  #freeNetworks(): void {
    this.#student.free();
    this.#teacher?.free();
  }
}

function studentOf({ model, seed }: ReductionContext, start: 'model' | 'scratch', options: NetworkOptions): Network {
  if (start === 'model') return Network.fromModel(model, options);
  using generator = new Generator(seed);
  return Network.create(model.graph, { ...options, generator });
}
