/**
 * Sharing: groups of neurons obey one decision each; all groups are alike, or have a size for each layer.
 *
 * Source: Helbitz & Avidan, Reducing ReLU Count for Privacy-Preserving CNN Speedup, arXiv:2101.11835; distillation as in
 * Cho et al., Selective Network Linearization, ICML 2022.
 * @module
 */
import type { GateMap } from '@relent/graph';
import { z } from 'zod';
import { smoothGate, straightThroughGate } from '../layers/gate-function.js';
import { FineTuning, fineTuningOptions } from './fine-tuning.js';
import { layerSites } from './layer-sharing.js';
import type { ReductionContext, ReductionMethod } from './method.js';
import { bestPrototypes } from './prototype-search.js';
import { keepDropped, type SiteSharing, sharingMap } from './site-sharing.js';
import { uniformSites } from './uniform-sharing.js';

const optionsSchema = z.object({
  /** Which neurons share: pixels, channels at a pixel, blocks of both, whole channels, whole layers. */
  grouping: z.enum(['patch', 'channel', 'block', 'map', 'layer']).default('patch'),
  /** What decides: the mean, a mean with learned weights, a fixed neuron, a random one, the best on validation images. */
  rule: z.enum(['mean', 'weighted', 'prototype', 'random', 'validated']).default('mean'),
  /** One group size for all layers, or one for each, with equal comparisons for every layer. */
  sizes: z.enum(['global', 'layer']).default('global'),
  /** Whether training starts from the model's weights or from fresh ones. */
  start: z.enum(['model', 'scratch']).default('model'),
  /** Choices of prototypes that rule `validated` tries for each site. */
  candidates: z.coerce.number().int().min(1).default(4),
  /** Validation images on which it tries them. */
  candidateImages: z.coerce.number().int().min(1).default(500),
  /** Fraction of the run in which rule `weighted` learns with smooth gates; then decisions are hard. */
  smooth: z.coerce.number().min(0).max(1).default(0.5),
  /** Whether the affine pairs of the gates are trained. */
  affine: z.union([z.boolean(), z.stringbool()]).default(false),
  ...fineTuningOptions,
});

/** Options of {@link shareMethod}. */
export type ShareOptions = Readonly<z.infer<typeof optionsSchema>>;

/** What the method holds between steps. */
export interface ShareState {
  readonly context: ReductionContext;
  readonly options: ShareOptions;
  readonly sites: ReadonlyMap<string, SiteSharing>;
  /** The training; `null` until the prototypes are chosen. */
  tuning: FineTuning | null;
}

// Steep enough for scores of unit variance that most gates are nearly closed or open, and gradient still flows.
const SHARPNESS = 4;

function startTuning(state: ShareState, gateMaps: ReadonlyMap<string, GateMap>): FineTuning {
  const { context, options } = state;
  const { rule, start, affine, smooth } = options;
  const learned = rule === 'weighted';
  const soft = smoothGate(SHARPNESS);
  const hard = straightThroughGate(SHARPNESS);
  return new FineTuning(context, keepDropped(gateMaps, context.model.gateMaps), {
    ...options,
    start,
    trainAffine: affine,
    trainScores: learned,
    ...(learned ? { gateAt: (fraction: number) => (fraction < smooth ? soft : hard) } : {}),
    label: `share ${JSON.stringify(options)} ${context.budgetComparisons}`,
  });
}

/** Sharing of decisions, trained with distillation. */
export const shareMethod: ReductionMethod<ShareOptions, ShareState> = {
  name: 'share',
  source: 'Helbitz & Avidan, Reducing ReLU Count for Privacy-Preserving CNN Speedup, arXiv:2101.11835',
  options: optionsSchema,
  needsTraining: ({ rule }) =>
    rule === 'validated' ? 'whose rule validated judges prototypes by their loss (the other rules need none)' : null,
  init(context, options) {
    const { model, budgetComparisons, seed } = context;
    const { grouping, rule, sizes } = options;
    const sites =
      sizes === 'global'
        ? uniformSites(model.graph, budgetComparisons, grouping).sites
        : layerSites(model.graph, budgetComparisons, grouping);
    const state: ShareState = { context, options, sites, tuning: null };
    if (rule === 'validated') return state;
    const maps = [...sites].map(
      ([site, sharing], i) => [site, sharingMap(sharing, rule, seed * 1009 + 2 * i)] as const,
    );
    state.tuning = startTuning(state, new Map(maps));
    return state;
  },
  async step(state) {
    if (state.tuning) return state.tuning.epoch();
    const { context, options, sites } = state;
    const { model, data, seed, compute, signal } = context;
    const { candidates, candidateImages: images } = options;
    const search = { model: { ...model, gateMaps: new Map() }, data, sites, seed, candidates, images };
    state.tuning = startTuning(
      state,
      await bestPrototypes({ ...search, ...(compute ? { compute } : {}), ...(signal ? { signal } : {}) }),
    );
    return !state.tuning.done;
  },
  finish({ tuning }) {
    return tuning!.finish();
  },
  abandon({ tuning }) {
    tuning?.free();
  },
};
