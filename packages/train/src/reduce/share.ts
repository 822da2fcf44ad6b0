/**
 * Uniform sharing with fine-tuning: the teacher's weights, shared decisions, and training on labels and the teacher's
 * answers.
 *
 * Source: Helbitz & Avidan, arXiv:2101.11835; Bornfeld & Avidan, DeepShare, arXiv:2512.17398; distillation as in Cho et
 * al., Selective Network Linearization, ICML 2022.
 * @module
 */
import { z } from 'zod';
import { Network } from '../network.js';
import { TrainingRun } from '../training-run.js';
import type { ReductionContext, ReductionMethod } from './method.js';
import { planUniformSharing } from './uniform-sharing.js';

const optionsSchema = z.object({
  /** Which neurons share. */
  grouping: z.enum(['patch', 'channel', 'block']).default('block'),
  /** What decides for them. */
  rule: z.enum(['mean', 'prototype']).default('mean'),
  /** Whether the affine pairs of the gates are trained. */
  affine: z.union([z.boolean(), z.stringbool()]).default(false),
  /** Largest learning rate. */
  learningRate: z.coerce.number().positive().default(0.05),
  /** T of the teacher's answers. */
  temperature: z.coerce.number().positive().default(4),
  /** Share of the teacher's answers in the loss, in [0, 1]. */
  distillation: z.coerce.number().min(0).max(1).default(0.7),
});

/** Options of {@link shareMethod}. */
export type ShareOptions = Readonly<z.infer<typeof optionsSchema>>;

/** What the method holds between steps. */
export interface ShareState {
  readonly context: ReductionContext;
  readonly student: Network;
  readonly teacher: Network;
  readonly run: TrainingRun;
}

/** Uniform sharing of decisions, fine-tuned with distillation. */
export const shareMethod: ReductionMethod<ShareOptions, ShareState> = {
  name: 'share',
  source: 'Helbitz & Avidan, arXiv:2101.11835; Bornfeld & Avidan, arXiv:2512.17398',
  options: optionsSchema,
  init(context, options) {
    const { model, data, budgetComparisons, epochs, batchSize, seed, runFolder, onProgress, signal } = context;
    const { gateMaps } = planUniformSharing(model.graph, budgetComparisons, options.grouping, options.rule);
    const teacher = Network.fromModel(model);
    const student = Network.fromModel(model, { gateMaps, trainAffine: options.affine });
    try {
      const run = new TrainingRun({
        network: student,
        data,
        epochs,
        batchSize,
        seed,
        schedule: { kind: 'one-cycle', peak: options.learningRate, rise: 0.2 },
        distillation: { teacher, temperature: options.temperature, weight: options.distillation },
        label: `share ${options.grouping} ${options.rule} ${options.affine} ${budgetComparisons}`,
        ...(runFolder === null ? {} : { runFolder }),
        ...(onProgress ? { onProgress } : {}),
        ...(signal ? { signal } : {}),
      });
      return { context, student, teacher, run };
    } catch (error) {
      teacher.free();
      student.free();
      throw error;
    }
  },
  async step({ run }) {
    if (!run.done) await run.epoch();
    return !run.done;
  },
  finish({ context, student, teacher, run }) {
    const curve = [...run.history];
    run.finish();
    const model = student.toModel(context.model.info);
    teacher.free();
    student.free();
    return { model, curve };
  },
  abandon({ student, teacher, run }) {
    run.free();
    teacher.free();
    student.free();
  },
};
