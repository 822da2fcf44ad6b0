/**
 * Block coordinate descent: from masks with more gates than the budget, blocks of gates are dropped one after the other,
 * each the first of some random ones that hardly lowers the accuracy, with training in between.
 *
 * Source: Rakhlin, Jevnisek & Avidan, arXiv:2511.11781.
 * @module
 */
import { noGrad } from '@relent/torch';
import { z } from 'zod';
import { BatchLoader } from '../data/batches.js';
import { seededPermutation } from '../data/split.js';
import { type Evaluation, evaluateLoader } from '../evaluate.js';
import { fineTuningOptions } from './fine-tuning.js';
import { GateUnits, type UnitMask } from './gate-units.js';
import { maskOf, maskTensors } from './masked-sites.js';
import type { ReductionContext } from './method.js';
import { sampleSplit } from './sample-split.js';
import { type Selection, selectBySnl, snlSelectionOptions } from './snl.js';
import { type Own, stagedMethod } from './staged-method.js';
import { divideEpochs, fineTuningStage, trainingStage } from './training-stage.js';
import { named, ownAll, type UnitTraining, unitTraining, weighedBy } from './unit-training.js';

const optionsSchema = z.object({
  ...fineTuningOptions,
  ...snlSelectionOptions,
  /** Gates at which the descent begins, as a multiple of the budget. A model that needs no more is taken as it is. */
  startFactor: z.coerce.number().min(1).default(2),
  /** Blocks in which the gates above the budget are dropped. */
  blocks: z.coerce.number().int().positive().default(16),
  /** Random blocks that are tried before the best of them is taken. */
  trials: z.coerce.number().int().positive().default(8),
  /** Accuracy in [0, 1] that a block may cost to be taken at once. */
  tolerance: z.coerce.number().min(0).max(1).default(0.003),
  /** Training images on which blocks are tried. */
  sample: z.coerce.number().int().positive().default(500),
  /** Largest learning rate during the descent. */
  descentRate: z.coerce.number().positive().default(0.01),
  /** Shares of the epochs: selection by SNL, descent; the rest fine-tunes. */
  snlShare: z.coerce.number().min(0).max(1).default(0.4),
  descentShare: z.coerce.number().min(0).max(1).default(0.3),
});

/** Options of {@link bcdMethod}. */
export type BcdOptions = Readonly<z.infer<typeof optionsSchema>>;

/** A selection without training: every gate of the model. */
function wholeSelection(context: ReductionContext, units: GateUnits, own: Own): Selection {
  return { mask: units.filled(1), training: unitTraining(context, units, own), curve: [] };
}

/** The units that a mask keeps, as pairs of site and position. */
function keptUnits(mask: UnitMask): [string, number][] {
  return [...mask].flatMap(([root, flags]) =>
    Array.from(flags, (flag, i): [string, number][] => (flag ? [[root, i]] : [])).flat(),
  );
}

/** Drops blocks of gates from a mask. */
class Descent {
  readonly #training: UnitTraining;
  readonly #loader: BatchLoader;
  readonly #context: ReductionContext;
  readonly #options: BcdOptions;

  constructor(context: ReductionContext, training: UnitTraining, options: BcdOptions) {
    this.#context = context;
    this.#training = training;
    this.#options = options;
    const images = sampleSplit(context.data, 'train', options.sample, context.seed);
    this.#loader = new BatchLoader(context.data, images, training.student.device);
  }

  /** Answers the mask with `size` gates fewer. `block` numbers the blocks of the descent. */
  async dropBlock(mask: UnitMask, size: number, block: number): Promise<UnitMask> {
    const { trials, tolerance } = this.#options;
    const kept = keptUnits(mask);
    const before = await this.#evaluate(mask);
    let best: { readonly mask: UnitMask; readonly result: Evaluation } | null = null;
    for (let trial = 0; trial < trials; trial++) {
      const order = seededPermutation(kept.length, (this.#context.seed * 8191 + block) * 131 + trial);
      const tried = new Map([...mask].map(([root, flags]) => [root, flags.slice()]));
      for (const at of order.subarray(0, size)) {
        const [root, unit] = kept[at]!;
        tried.get(root)![unit] = 0;
      }
      const result = await this.#evaluate(tried);
      if (before.accuracy - result.accuracy <= tolerance) return tried;
      if (!best || isBetter(result, best.result)) best = { mask: tried, result };
    }
    return best!.mask;
  }

  async #evaluate(mask: UnitMask): Promise<Evaluation> {
    const { student, sites } = this.#training;
    const flags = maskTensors(mask, student.device);
    const { signal } = this.#context;
    try {
      const site = weighedBy(sites, (root) => flags.get(root) ?? null);
      return await evaluateLoader(student, this.#loader, { site, ...(signal ? { signal } : {}) });
    } finally {
      for (const flag of flags.values()) flag.free();
    }
  }

  /** Frees the images. */
  free(): void {
    this.#loader.free();
  }
}

function isBetter(a: Evaluation, b: Evaluation): boolean {
  return a.accuracy === b.accuracy ? a.loss < b.loss : a.accuracy > b.accuracy;
}

/** Sizes of `blocks` blocks of `excess` gates in all, as equal as whole numbers allow. */
function blockSizes(excess: number, blocks: number): number[] {
  const edge = (block: number) => Math.round((excess * block) / blocks);
  return Array.from({ length: blocks }, (_, block) => edge(block + 1) - edge(block)).filter((size) => size > 0);
}

/** Block coordinate descent from an SNL selection, or from a model whose masks are near the budget already. */
export const bcdMethod = stagedMethod<BcdOptions>({
  name: 'bcd',
  source: 'Rakhlin, Jevnisek & Avidan, block coordinate descent, arXiv:2511.11781',
  options: optionsSchema,
  async *run(context, options, own) {
    const { model, budgetComparisons, epochs } = context;
    const { snlShare, descentShare, temperature, distillation } = options;
    const units = new GateUnits(model.graph, model.gateMaps);
    const budget = Math.min(units.total, budgetComparisons);
    const begin = Math.min(units.total, Math.max(budget, Math.floor(options.startFactor * budget)));
    const near = units.total <= begin || epochs === 0;
    const [last = 0, middle = 0, first = 0] = divideEpochs(epochs, [
      Math.max(0, 1 - snlShare - descentShare),
      descentShare,
      near ? 0 : snlShare,
    ]);
    const selection =
      near || first === 0
        ? wholeSelection(context, units, own)
        : yield* selectBySnl(context, units, { ...options, epochs: first, keep: begin }, own);
    const { student, teacher, sites } = selection.training;
    const masks = ownAll(maskTensors(selection.mask, student.device), own);
    const descent = own(new Descent(context, selection.training, options));
    const sizes = blockSizes(units.kept(selection.mask) - budget, options.blocks);
    const drop = async (from: number, to: number) => {
      let mask: UnitMask = maskOf(masks);
      for (let block = from; block < to; block++) mask = await descent.dropBlock(mask, sizes[block]!, block);
      const fresh = maskTensors(mask, student.device);
      noGrad(() => {
        for (const [root, flags] of fresh) masks.get(root)!.copy_(flags);
      });
      for (const flags of fresh.values()) flags.free();
    };
    // The first epoch settles the weights under the starting mask; blocks fall before each of the others.
    const cycles = Math.max(1, middle - 1);
    const edge = (cycle: number) => Math.round((sizes.length * cycle) / cycles);
    if (middle === 0) await drop(0, sizes.length);
    const label = `bcd ${budget} from ${begin} ${options.blocks} ${options.trials} ${options.tolerance} ${options.sample}`;
    const curve = yield* trainingStage(
      context,
      { folder: 'descent', epochs: middle, earlier: selection.curve },
      {
        network: student,
        schedule: { kind: 'cosine', peak: options.descentRate, final: options.descentRate / 10 },
        distillation: { teacher, temperature, weight: distillation },
        label,
        extension: {
          buffers: new Map(named('mask', masks)),
          site: weighedBy(sites, (root) => masks.get(root) ?? null),
          async beforeEpoch(epoch) {
            const cycle = middle === 1 ? epoch : epoch - 1;
            if (cycle >= 0) await drop(edge(cycle), edge(cycle + 1));
          },
        },
      },
      own,
    );
    const gateMaps = units.gateMaps(maskOf(masks));
    const place = { folder: 'tune', epochs: last, earlier: curve };
    return yield* fineTuningStage(context, place, student.toModel(model.info), gateMaps, { ...options, label }, own);
  },
});
