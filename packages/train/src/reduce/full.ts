/**
 * The control of every comparison: no reduction at all, and the same training on labels and the teacher's answers.
 *
 * A reduced network that was distilled must be held against a full one that was distilled as well, or the gain of the
 * distillation is counted as a gain of the method.
 * @module
 */
import { gateCost } from '@relent/graph';
import { z } from 'zod';
import { FineTuning, fineTuningOptions } from './fine-tuning.js';
import type { ReductionMethod } from './method.js';

const optionsSchema = z.object(fineTuningOptions);

/** Options of {@link fullMethod}. */
export type FullOptions = Readonly<z.infer<typeof optionsSchema>>;

/** The model as it is, trained as the methods train. */
export const fullMethod: ReductionMethod<FullOptions, FineTuning> = {
  name: 'full',
  source: 'no reduction: the control with the same distillation',
  options: optionsSchema,
  needsTraining: () => null,
  init(context, options) {
    const { graph, gateMaps } = context.model;
    const { comparisons } = gateCost(graph, gateMaps).total;
    if (context.budgetComparisons < comparisons)
      throw new RangeError(
        `"budget" expected at least ${comparisons} comparisons, which the model has without reduction, got ` +
          `${context.budgetComparisons}`,
      );
    return new FineTuning(context, gateMaps, { ...options, label: 'full' });
  },
  step: (tuning) => tuning.epoch(),
  finish: (tuning) => tuning.finish(),
  abandon: (tuning) => tuning.free(),
};
