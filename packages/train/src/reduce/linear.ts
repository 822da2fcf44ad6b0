/**
 * Uniform linearisation: the control that every method must beat. A random part of each site's gates is kept, the same
 * fraction everywhere, and the weights are fine-tuned.
 * @module
 */
import { z } from 'zod';
import { allocate } from './allocation.js';
import { fineTuningOptions } from './fine-tuning.js';
import { GateUnits } from './gate-units.js';
import { stagedMethod } from './staged-method.js';
import { fineTuningStage } from './training-stage.js';
import { keepRandom } from './unit-ranking.js';

const optionsSchema = z.object({ ...fineTuningOptions });

/** Options of {@link linearMethod}. */
export type LinearOptions = Readonly<z.infer<typeof optionsSchema>>;

/** Random gates of the budget, fine-tuned with distillation; the others become linear. */
export const linearMethod = stagedMethod<LinearOptions>({
  name: 'linear',
  source: 'the control of Cho et al. (SNL), ICML 2022: gates kept by chance',
  options: optionsSchema,
  needsTraining: () => null,
  async *run(context, options, own) {
    const { model, budgetComparisons, epochs, seed } = context;
    const units = new GateUnits(model.graph, model.gateMaps);
    const roots = [...units.counts.keys()];
    const counts = [...units.counts.values()];
    const parts = allocate(counts, counts, Math.min(units.total, budgetComparisons));
    const mask = keepRandom(units, new Map(roots.map((root, i) => [root, parts[i]!])), seed);
    const label = `linear ${budgetComparisons}`;
    const place = { folder: 'tune', epochs, earlier: [] };
    return yield* fineTuningStage(context, place, model, units.gateMaps(mask), { ...options, label }, own);
  },
});
