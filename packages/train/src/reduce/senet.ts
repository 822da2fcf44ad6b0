/**
 * SENet: the budget is divided among sites by their sensitivity, each site keeps the gates whose activations would
 * change most, and the weights are fine-tuned with labels, the teacher's answers and its attention.
 *
 * Source: Kundu, Lu, Zhang, Liu & Beerel, Learning to Linearize Deep Neural Networks for Secure and Efficient Private
 * Inference, ICLR 2023, arXiv:2301.09254.
 * @module
 */
import { inferShapes, siteNodes } from '@relent/graph';
import { noGrad } from '@relent/torch';
import { z } from 'zod';
import type { EpochMetrics } from '../checkpoint.js';
import { Network } from '../network.js';
import { MismatchMeter } from './activation-mismatch.js';
import { allocate } from './allocation.js';
import { attentionMatching, stageEnds } from './attention-matching.js';
import { fineTuningOptions } from './fine-tuning.js';
import { GateUnits } from './gate-units.js';
import { maskOf, maskTensors } from './masked-sites.js';
import type { ReductionContext } from './method.js';
import { expectNarrowable, familyMember, NestedWidth, withNestedWidths } from './nested-width.js';
import { sampleSplit } from './sample-split.js';
import { linearisationDrops, SparseTraining } from './sensitivity.js';
import { type Own, stagedMethod } from './staged-method.js';
import { divideEpochs, fineTuningStage, trainingStage } from './training-stage.js';
import { byPlane, keepLargestPerSite, keepRandom, type UnitScores } from './unit-ranking.js';
import { named, ownAll, unitTraining, weighedBy } from './unit-training.js';

const optionsSchema = z.object({
  ...fineTuningOptions,
  /** How the budget is divided: by a sparse training, or by the accuracy lost without a site's gates. */
  sensitivity: z.enum(['sparse', 'drop']).default('sparse'),
  /** d: the fraction of the weights that the sparse training leaves. */
  density: z.coerce.number().gt(0).lt(1).default(0.1),
  /** Which gates of a site stay: single ones, or whole channels. */
  granularity: z.enum(['pixel', 'channel']).default('pixel'),
  /** What of the student is compared with the teacher's activations. */
  mismatch: z.enum(['linear', 'activation']).default('linear'),
  /** Images that measure the drop of each site, and the first mask. */
  sample: z.coerce.number().int().positive().default(1000),
  /** Largest learning rate of the first two stages. */
  selectionRate: z.coerce.number().positive().default(0.02),
  /** β of the attention distance in the fine-tuning. */
  attention: z.coerce.number().min(0).default(1000),
  /**
   * Widths of nested narrower networks that the fine-tuning trains besides (SENet++), such as `0.5` or `0.25,0.5`; none
   * unless given.
   */
  widths: z
    .union([z.number(), z.string(), z.array(z.number())])
    .default([])
    .transform((value) => (typeof value === 'string' ? value.split(',').map(Number) : [value].flat()))
    .pipe(z.array(z.number().gt(0).lt(1))),
  /** Shares of the epochs: sparse training, mask identification; the rest fine-tunes. */
  sparseShare: z.coerce.number().min(0).max(1).default(0.1),
  maskShare: z.coerce.number().min(0).max(1).default(0.3),
});

/** Options of {@link senetMethod}. */
export type SenetOptions = Readonly<z.infer<typeof optionsSchema>>;

/** Sensitivity of each site, and the curve of what was trained for it. */
interface Sensitivities {
  readonly eta: ReadonlyMap<string, number>;
  readonly curve: readonly EpochMetrics[];
}

async function* sensitivities(
  context: ReductionContext,
  units: GateUnits,
  epochs: number,
  options: SenetOptions,
  own: Own,
): AsyncGenerator<void, Sensitivities> {
  const { model, data, seed, compute } = context;
  const student = own(Network.fromModel(model, { ...compute }));
  if (options.sensitivity === 'drop') {
    const from = data.validation.count > 0 ? 'validation' : 'train';
    const images = sampleSplit(data, from, options.sample, seed);
    return { eta: await linearisationDrops(student, units, context, images), curve: [] };
  }
  const sparse = own(new SparseTraining(student, options.density));
  const curve = yield* trainingStage(
    context,
    { folder: 'sparse', epochs, earlier: [] },
    {
      network: student,
      schedule: { kind: 'one-cycle', peak: options.selectionRate, rise: 0.2 },
      label: `senet sparse ${options.density}`,
      extension: sparse.extension,
    },
    own,
  );
  if (epochs === 0) sparse.prune(options.density);
  return { eta: sparse.sensitivities(units), curve };
}

/** The context with a teacher whose activations can be compared: the model itself if the teacher has other sites. */
function withLikeTeacher(context: ReductionContext): ReductionContext {
  const { model, teacher = model } = context;
  const there = inferShapes(teacher.graph);
  const here = inferShapes(model.graph);
  const alike = siteNodes(model.graph).every(({ id }) => here.get(id)!.join() === there.get(id)?.join());
  return alike ? context : { ...context, teacher: model };
}

/** SENet: sensitivity, allocation, masks by activation mismatch, fine-tuning with attention transfer. */
export const senetMethod = stagedMethod<SenetOptions>({
  name: 'senet',
  source: 'Kundu et al., SENet, ICLR 2023, arXiv:2301.09254',
  options: optionsSchema,
  async *run(given, options, own) {
    const context = withLikeTeacher(given);
    const { model, data, budgetComparisons, epochs, seed, signal } = context;
    const { sparseShare, maskShare, mismatch, granularity, temperature, distillation, attention } = options;
    const shares = [
      options.sensitivity === 'sparse' ? sparseShare : 0,
      maskShare,
      Math.max(0, 1 - sparseShare - maskShare),
    ];
    // Where epochs are few, the later stages need them more.
    const [last = 0, middle = 0, first = 0] = divideEpochs(epochs, shares.toReversed());
    if (options.widths.length > 0) expectNarrowable(model.graph, model.gateMaps, options.widths);
    const units = new GateUnits(model.graph, model.gateMaps);
    const { eta, curve } = yield* sensitivities(context, units, first, options, own);
    const roots = [...units.counts.keys()];
    const parts = allocate(
      roots.map((root) => eta.get(root)!),
      [...units.counts.values()],
      Math.min(units.total, budgetComparisons),
    );
    const allocation = new Map(roots.map((root, i) => [root, parts[i]!]));
    const chosen = (scores: UnitScores) =>
      keepLargestPerSite(units, granularity === 'channel' ? byPlane(units, scores) : scores, allocation);

    const { student, teacher, sites } = unitTraining(context, units, own);
    const meter = own(new MismatchMeter(model.graph, units, sites, mismatch, student.device));
    let start = keepRandom(units, allocation, seed);
    if (mismatch === 'linear') {
      await meter.measure(student, data, sampleSplit(data, 'train', options.sample, seed), signal);
      start = chosen(meter.take());
    }
    const masks = ownAll(maskTensors(start, student.device), own);
    const label = `${budgetComparisons} ${options.sensitivity} ${granularity} ${mismatch} ${parts.join(' ')}`;
    const identified = yield* trainingStage(
      context,
      { folder: 'masks', epochs: middle, earlier: curve },
      {
        network: student,
        schedule: { kind: 'one-cycle', peak: options.selectionRate, rise: 0.2 },
        distillation: { teacher, temperature, weight: distillation },
        label: `senet masks ${label}`,
        extension: {
          ...meter.observers,
          buffers: new Map(named('mask', masks)),
          site: weighedBy(sites, (root) => masks.get(root) ?? null),
          afterEpoch() {
            const fresh = maskTensors(chosen(meter.take()), student.device);
            noGrad(() => {
              for (const [root, flags] of fresh) masks.get(root)!.copy_(flags);
            });
            for (const flags of fresh.values()) flags.free();
          },
        },
      },
      own,
    );
    const withAttention = attention > 0 && distillation > 0 && stageEnds(model.graph).length > 0;
    const trained = student.toModel(model.info);
    const mask = maskOf(masks);
    const nested = options.widths.map((width) => own(new NestedWidth(trained, mask, width, context.compute)));
    const matching = withAttention ? attentionMatching(model.graph, attention) : {};
    const outcome = yield* fineTuningStage(
      context,
      { folder: 'tune', epochs: last, earlier: identified },
      trained,
      units.gateMaps(mask),
      {
        ...options,
        label: `senet ${label} ${attention} ${options.widths.join(' ')}`,
        extension: nested.length > 0 ? withNestedWidths(matching, nested, { temperature, distillation }) : matching,
      },
      own,
    );
    if (nested.length === 0) return outcome;
    const family = [await familyMember('width 1', outcome.model, context)];
    for (const width of nested) family.push(await width.member(outcome.model, context));
    return { ...outcome, family: family.sort((a, b) => a.comparisons - b.comparisons) };
  },
});
