/**
 * DeepReDuce: ReLUs leave a network by whole stages, then by alternate layers, then by shrinking what is left.
 *
 * First the criticality of each stage is found: a network with ReLUs in that stage only is trained for a short time. Then
 * stages are culled from the least critical on, and each network on this way has a family of members: its remaining
 * stages thinned or not, its channels and its resolution reshaped or not. Those that fit the budget are trained.
 *
 * Source: Jha, Ghodsi, Garg & Reagen, DeepReDuce: ReLU Reduction for Fast Private Inference, ICML 2021,
 * arXiv:2103.01396.
 * Differs: members start from the teacher's weights where shapes are equal (`start` scratch is the paper's); the short
 * trainings of the criticality, and how many members are trained, are options.
 * @module
 */
import { gateCost, type Model } from '@relent/graph';
import { z } from 'zod';
import { FineTuning, fineTuningOptions } from './fine-tuning.js';
import type { FamilyMember, ReductionContext, ReductionOutcome } from './method.js';
import { reshapedModel, reshapeGraph } from './reshape.js';
import { loadPlan, savePlan } from './saved-plan.js';
import { type Own, stagedMethod } from './staged-method.js';
import { type Stage, type StageState, stageMaps, stagesOf } from './stages.js';

/** Factors as data, or as the text `0.5,0.25` of a command line. */
const factorsSchema = z.preprocess(
  (value) => (typeof value === 'string' ? value.split(',').map(Number) : value),
  z.array(z.number().positive().max(1)),
);

const optionsSchema = z.object({
  /** Epochs of each criticality training; a quarter of the run's, rounded up, unless given. */
  criticalityEpochs: z.coerce.number().int().min(0).optional(),
  /** w in criticality = accuracy gained / comparisons^w: how much a stage's size counts against it. */
  sizeExponent: z.coerce.number().min(0).default(0.07),
  /** How many members are trained, the largest that fit the budget first; `all` trains every one that fits. */
  members: z.union([z.literal('all'), z.coerce.number().int().positive()]).default(3),
  /** Factors α of the channels that are tried besides 1. */
  channelFactors: factorsSchema.default([0.5]),
  /** Factors ρ of the resolution that are tried besides 1. */
  resolutionFactors: factorsSchema.default([0.5]),
  /** Where members' weights start: the teacher's where shapes are equal, or fresh. */
  start: z.enum(['model', 'scratch']).default('model'),
  ...fineTuningOptions,
});

/** Options of {@link deepreduceMethod}. */
export type DeepreduceOptions = Readonly<z.infer<typeof optionsSchema>>;

/** A member of the family before its training. */
export interface DeepreduceMember {
  /** Such as `S1 culled, S2 S3 thinned, α 0.5`. */
  readonly label: string;
  readonly model: Model;
  readonly comparisons: number;
}

/** Accuracy on the validation split after the last epoch that was kept; that on the training split without one. */
function accuracyOf({ curve }: ReductionOutcome): number | null {
  const accuracies = curve.map((epoch) => epoch.validationAccuracy ?? epoch.trainAccuracy);
  return accuracies.length === 0 ? null : Math.max(...accuracies);
}

/** The whole family before its training. */
export interface DeepreduceFamily {
  readonly members: readonly DeepreduceMember[];
  /** Why some members could not be made. */
  readonly notes: readonly string[];
}

/**
 * Every member of the family, in the order of the paper: stages culled one by one from the least critical on; of the
 * rest all ReLUs, or thinned; then reshaped.
 * @param order - Stages, the least critical first.
 */
export function deepreduceFamily(
  model: Model,
  order: readonly Stage[],
  options: Pick<DeepreduceOptions, 'channelFactors' | 'resolutionFactors'>,
  seed: number,
): DeepreduceFamily {
  const members: DeepreduceMember[] = [];
  const notes: string[] = [];
  const shapes = [1, ...options.resolutionFactors].flatMap((resolution) =>
    [1, ...options.channelFactors].map((channels) => ({ channels, resolution })),
  );
  // A map that was made for other shapes has no meaning in a reshaped graph.
  const reshapable = model.gateMaps.size === 0;
  if (!reshapable && shapes.length > 1) notes.push('a model with gate maps is not reshaped');
  for (const shape of reshapable ? shapes : shapes.slice(0, 1)) {
    const whole = shape.channels === 1 && shape.resolution === 1;
    const graph = whole ? model.graph : reshapeGraph(model.graph, shape);
    if ('reason' in graph) {
      notes.push(`α ${shape.channels}, ρ ${shape.resolution} does not fit the network: ${graph.reason}`);
      continue;
    }
    const base = whole ? model : reshapedModel(model, graph, seed);
    for (let culled = 0; culled < order.length; culled++)
      for (const rest of ['full', 'thinned'] as const) {
        const states = order.map((stage, i): [Stage, StageState] => [stage, i < culled ? 'culled' : rest]);
        const gateMaps = stageMaps(graph, base.gateMaps, states);
        const { comparisons } = gateCost(graph, gateMaps).total;
        members.push({ label: labelOf(states, shape), model: { ...base, gateMaps }, comparisons });
      }
  }
  return { members, notes };
}

function labelOf(
  states: readonly (readonly [Stage, StageState])[],
  { channels, resolution }: { readonly channels: number; readonly resolution: number },
): string {
  const named = (wanted: StageState) =>
    states
      .flatMap(([stage, state]) => (state === wanted ? stage.name : []))
      .sort()
      .join(' ');
  const parts = (['culled', 'thinned'] as const).flatMap((state) => (named(state) ? `${named(state)} ${state}` : []));
  if (channels !== 1) parts.push(`α ${channels}`);
  if (resolution !== 1) parts.push(`ρ ${resolution}`);
  return parts.join(', ') || 'full';
}

const orderSchema = z.array(z.string());

/** Stages by criticality, the least critical first. */
async function* rankStages(
  context: ReductionContext,
  options: DeepreduceOptions,
  stages: readonly Stage[],
  own: Own,
): AsyncGenerator<void, Stage[]> {
  const { model, epochs } = context;
  const short = options.criticalityEpochs ?? Math.ceil(epochs / 4);
  const configuration = JSON.stringify([
    context.data.name,
    context.seed,
    context.batchSize,
    short,
    options.sizeExponent,
  ]);
  const saved = loadPlan(context.runFolder, 'deepreduce', orderSchema, configuration);
  if (saved) return saved.flatMap((name) => stages.find((stage) => stage.name === name) ?? []);
  const measured: { stage: Stage; accuracy: number; comparisons: number }[] = [];
  for (const stage of [null, ...stages]) {
    const states = stages.map((other): [Stage, StageState] => [other, other === stage ? 'full' : 'culled']);
    const gateMaps = stageMaps(model.graph, model.gateMaps, states);
    const name = stage?.name ?? 'linear';
    const tuning = own(
      new FineTuning({ ...context, epochs: short }, gateMaps, {
        ...options,
        folder: `criticality-${name}`,
        label: `deepreduce criticality ${name}`,
      }),
    );
    while (await tuning.epoch()) yield;
    const outcome = tuning.finish();
    const { comparisons } = gateCost(model.graph, gateMaps).total;
    const linear: Stage = { name, sites: [] };
    measured.push({ stage: stage ?? linear, accuracy: accuracyOf(outcome) ?? 0, comparisons });
    yield;
  }
  const [linear, ...each] = measured;
  const criticality = ({ accuracy, comparisons }: (typeof measured)[number]) =>
    short === 0 ? -comparisons : (accuracy - linear!.accuracy) / Math.max(1, comparisons) ** options.sizeExponent;
  // Without training, the stage with the most comparisons counts as the least critical; the paper finds the same.
  each.sort((x, y) => criticality(x) - criticality(y) || y.comparisons - x.comparisons);
  const order = each.map(({ stage }) => stage);
  savePlan(
    context.runFolder,
    'deepreduce',
    order.map(({ name }) => name),
    configuration,
  );
  return order;
}

/** DeepReDuce. */
export const deepreduceMethod = stagedMethod<DeepreduceOptions>({
  name: 'deepreduce',
  source: 'Jha, Ghodsi, Garg & Reagen, DeepReDuce, ICML 2021, arXiv:2103.01396',
  options: optionsSchema,
  needsTraining: () => null,
  async *run(context, options, own) {
    const { model, budgetComparisons, seed } = context;
    const stages = stagesOf(model.graph);
    const order = yield* rankStages(context, options, stages, own);
    const { members: family, notes } = deepreduceFamily(model, order, options, seed);
    const fitting = family.filter(({ comparisons }) => comparisons <= budgetComparisons);
    if (fitting.length === 0) {
      const least = Math.min(...family.map(({ comparisons }) => comparisons));
      throw new RangeError(
        `"budget" expected at least ${least} comparisons, which the smallest member needs, got ${budgetComparisons}`,
      );
    }
    fitting.sort((x, y) => y.comparisons - x.comparisons);
    const chosen = options.members === 'all' ? fitting : fitting.slice(0, options.members);
    const trained: { readonly member: FamilyMember; readonly outcome: ReductionOutcome }[] = [];
    for (const { label, model: start, comparisons } of chosen) {
      const tuning = own(
        new FineTuning({ ...context, model: start, teacher: context.teacher ?? model }, start.gateMaps, {
          ...options,
          folder: `member-${comparisons}-${label.replaceAll(/[^A-Za-z0-9]+/g, '-')}`,
          label: `deepreduce ${label}`,
        }),
      );
      while (await tuning.epoch()) yield;
      const outcome = tuning.finish();
      const validationAccuracy = outcome.curve.some((epoch) => epoch.validationAccuracy !== null)
        ? accuracyOf(outcome)
        : null;
      trained.push({ outcome, member: { label, model: outcome.model, comparisons, validationAccuracy } });
      yield;
    }
    const best = trained.reduce((a, b) => ((accuracyOf(b.outcome) ?? 0) > (accuracyOf(a.outcome) ?? 0) ? b : a));
    const members = trained.map(({ member }) => member).sort((x, y) => x.comparisons - y.comparisons);
    return { ...best.outcome, family: members, ...(notes.length > 0 ? { notes } : {}) };
  },
});
