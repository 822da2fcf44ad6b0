/**
 * Selective network linearisation: every gate has a weight α in [0, 1] between ReLU and identity, trained with the
 * network under an L1 penalty, and those with the largest α stay.
 *
 * Source: Cho, Joshi, Garg, Reagen & Hegde, Selective Network Linearization for Efficient Private Inference, ICML 2022,
 * algorithm 1.
 * @module
 */
import { noGrad, scope, type Tensor } from '@relent/torch';
import { z } from 'zod';
import type { EpochMetrics } from '../checkpoint.js';
import { adam } from '../optim/adam.js';
import { fineTuningOptions } from './fine-tuning.js';
import { GateUnits } from './gate-units.js';
import { unitTensors } from './masked-sites.js';
import type { ReductionContext } from './method.js';
import { PenaltyControl } from './penalty-control.js';
import { type Own, stagedMethod } from './staged-method.js';
import { divideEpochs, fineTuningStage, trainingStage } from './training-stage.js';
import { keepLargest } from './unit-ranking.js';
import { named, ownAll, type UnitTraining, unitTraining, weighedBy } from './unit-training.js';

/** Options of the stage that finds α. */
export const snlSelectionOptions = {
  /** λ of the L1 penalty at the start. */
  penalty: z.coerce.number().positive().default(1e-5),
  /** By which λ grows when too few gates have closed. */
  growth: z.coerce.number().gt(1).default(1.1),
  /** Largest learning rate of that stage (Adam). */
  selectionRate: z.coerce.number().positive().default(1e-3),
  /** How many times faster than a weight an α moves. */
  speed: z.coerce.number().positive().default(10),
};

const optionsSchema = z.object({
  ...fineTuningOptions,
  ...snlSelectionOptions,
  /** Share of the epochs that finds α; the rest fine-tunes. */
  selection: z.coerce.number().gt(0).max(1).default(0.5),
});

/** Options of {@link snlMethod}. */
export type SnlOptions = Readonly<z.infer<typeof optionsSchema>>;

/** What {@link selectBySnl} is told. */
export interface SnlSelection extends Omit<SnlOptions, 'selection' | 'learningRate'> {
  readonly epochs: number;
  /** Gates that stay. */
  readonly keep: number;
}

/** α above this counts as open. */
const OPEN = 1e-2;

/** What a selection found: which gates stay, and the network that was trained meanwhile. */
export interface Selection {
  readonly mask: ReadonlyMap<string, Uint8Array>;
  readonly training: UnitTraining;
  readonly curve: readonly EpochMetrics[];
}

/** Trains α and answers the `keep` gates of the largest. */
export async function* selectBySnl(
  context: ReductionContext,
  units: GateUnits,
  options: SnlSelection,
  own: Own,
): AsyncGenerator<void, Selection> {
  const { epochs, keep: count, speed, temperature, distillation, penalty, growth, selectionRate } = options;
  const training = unitTraining(context, units, own);
  const { student, teacher, sites } = training;
  // A tensor of α / speed: an optimiser whose steps have one size for all moves α that much faster.
  const scaled = ownAll(unitTensors(units, 1 / speed, student.device), own);
  for (const value of scaled.values()) value.requiresGrad_();
  const alphaOf = (root: string): Tensor | null => scaled.get(root)?.mul(speed) ?? null;
  const control = own(
    new PenaltyControl({ start: penalty, growth, from: units.total, to: count, device: student.device }),
  );
  const open = () =>
    noGrad(() =>
      scope(() =>
        [...scaled.values()]
          .map((value) => value.gt(OPEN / speed).sum())
          .reduce((a, b) => a.add(b))
          .item(),
      ),
    );
  const curve = yield* trainingStage(
    context,
    { folder: 'selection', epochs, earlier: [] },
    {
      network: student,
      optimizer: adam(),
      schedule: { kind: 'cosine', peak: selectionRate, final: selectionRate / 10 },
      distillation: { teacher, temperature, weight: distillation },
      label: `snl selection ${count} of ${units.total} ${penalty} ${growth} ${speed}`,
      extension: {
        parameters: new Map(named('alpha', scaled)),
        buffers: new Map([['penalty', control.value]]),
        site: weighedBy(sites, alphaOf),
        loss: () =>
          [...scaled.values()]
            .map((value) => value.sum())
            .reduce((a, b) => a.add(b))
            .mul(speed)
            .mul(control.value),
        afterStep(done, total) {
          noGrad(() => {
            for (const value of scaled.values()) value.clamp_(0, 1 / speed);
          });
          control.afterStep(done, total, open);
        },
      },
    },
    own,
  );
  const scores = new Map([...scaled].map(([root, value]) => [root, value.toFloat32()]));
  return { mask: keepLargest(units, scores, count), training, curve };
}

/** SNL: α with an L1 penalty, binarised to exactly the budget, fine-tuned with distillation. */
export const snlMethod = stagedMethod<SnlOptions>({
  name: 'snl',
  source: 'Cho et al., Selective Network Linearization, ICML 2022, arXiv:2202.02340',
  options: optionsSchema,
  async *run(context, options, own) {
    const { model, budgetComparisons, epochs } = context;
    if (epochs < 1)
      throw new RangeError(`"epochs" expected at least 1 for method snl, which trains its masks, got ${epochs}`);
    const units = new GateUnits(model.graph, model.gateMaps);
    const { selection } = options;
    const [first, second] = divideEpochs(epochs, [selection, 1 - selection]) as [number, number];
    const keep = Math.min(units.total, budgetComparisons);
    const found = yield* selectBySnl(context, units, { ...options, epochs: first, keep }, own);
    const place = { folder: 'tune', epochs: second, earlier: found.curve };
    const start = found.training.student.toModel(model.info);
    const label = `snl ${keep}`;
    return yield* fineTuningStage(context, place, start, units.gateMaps(found.mask), { ...options, label }, own);
  },
});
