/**
 * DeepShare: prototype channels decide, replicate channels obey one of them pixel by pixel, within a layer and across
 * layers of equal size. Gates are smooth at first (GELU) and harden to ReLU.
 *
 * Source: Bornfeld & Avidan, DeepShare, arXiv:2512.17398; distillation as in Cho et al., ICML 2022.
 * @module
 */
import { channelGates, type GateMap, layerGates, stridedGroups } from '@relent/graph';
import { z } from 'zod';
import { type GateFunction, smoothGate, stepGate, straightThroughGate } from '../layers/gate-function.js';
import { decisionDistances, pairKey, type SitePair } from './decision-distance.js';
import { FineTuning, fineTuningOptions } from './fine-tuning.js';
import type { ReductionContext, ReductionMethod } from './method.js';
import {
  type Assignment,
  contiguousAssignment,
  contiguousGroupsOf,
  medoidAssignment,
  nearestGroups,
  stridedAssignment,
} from './prototype-assignment.js';
import { type PrototypeSite, planPrototypes } from './prototype-counts.js';
import { keepDropped } from './site-sharing.js';

const optionsSchema = z.object({
  /** Which prototype a channel obeys: neighbours, every P-th, or the one whose decisions are most like its own. */
  assignment: z.enum(['correlation', 'contiguous', 'strided']).default('correlation'),
  /** Training images on which decisions are compared. */
  images: z.coerce.number().int().min(1).default(256),
  /** Largest number of successive layers of equal size that share one layer's prototypes; 1 for none. */
  layers: z.coerce.number().int().min(1).default(1),
  /** Side of the patches that have one decision; 0 for those that are there, or larger ones if the budget needs them. */
  patch: z.coerce.number().int().min(0).default(0),
  /** What is trained of the gates: a · d + b for each channel (`value`), the score's weight (`score`), both, or nothing. */
  affine: z.enum(['value', 'score', 'both', 'none']).default('value'),
  /** Fraction of the run in which gates are smooth; 0 trains with hard ones from the start. */
  transition: z.coerce.number().min(0).max(1).default(0.6),
  /** λ of the gates Φ(λ x) at the end of the transition, where it was 1 at the start. */
  sharpness: z.coerce.number().min(1).default(16),
  ...fineTuningOptions,
});

/** Options of {@link deepshareMethod}. */
export type DeepshareOptions = Readonly<z.infer<typeof optionsSchema>>;

/** The gate of every site at a fraction of the run: λ rises geometrically from 1, then decisions are hard. */
export function transitionalGate(
  options: Pick<DeepshareOptions, 'transition' | 'sharpness' | 'affine'>,
): (fraction: number) => GateFunction {
  const { transition, sharpness, affine } = options;
  // The score's weight is part of the gate alone: with a hard step it would get no gradient at all.
  const hard = affine === 'score' || affine === 'both' ? straightThroughGate(sharpness) : stepGate;
  return (fraction) => (fraction < transition ? smoothGate(sharpness ** (fraction / transition)) : hard);
}

function assignmentOf(
  { shape: [channels], site, prototypes }: PrototypeSite,
  kind: DeepshareOptions['assignment'],
  distances: ReadonlyMap<string, Float64Array>,
): Assignment {
  switch (kind) {
    case 'contiguous':
      return contiguousAssignment(channels, prototypes);
    case 'strided':
      return stridedAssignment(channels, prototypes);
    case 'correlation':
      return medoidAssignment(distances.get(pairKey(site, site))!, channels, prototypes);
    default:
      return kind satisfies never;
  }
}

/** The gate maps of all sites under a budget. */
function planDeepshare(context: ReductionContext, options: DeepshareOptions): Map<string, GateMap> {
  const { model, data, budgetComparisons, compute } = context;
  const { assignment: kind, images, layers, patch } = options;
  const plan = planPrototypes(model.graph, budgetComparisons, { layers, patch }, model.gateMaps);
  const pairs = plan.flatMap(({ site, followers }) =>
    [site, ...followers.map((each) => each.site)].map((other): SitePair => [site, other]),
  );
  const distances = kind === 'correlation' ? decisionDistances(model, data, pairs, images, compute) : new Map();
  const maps = new Map<string, GateMap>();
  for (const root of plan) {
    const { group, prototypes } = assignmentOf(root, kind, distances);
    maps.set(root.site, channelGates(root.shape, { group, prototypes, patch: root.patch }));
    for (const { site, shape } of root.followers) {
      const [channels] = shape;
      const obeyed =
        kind === 'correlation'
          ? nearestGroups(distances.get(pairKey(root.site, site))!, channels, prototypes)
          : kind === 'strided'
            ? stridedGroups(channels, prototypes.length)
            : contiguousGroupsOf(channels, prototypes.length);
      maps.set(site, layerGates(shape, root.site, obeyed));
    }
  }
  return maps;
}

/** Prototype channels with transitional training. */
export const deepshareMethod: ReductionMethod<DeepshareOptions, FineTuning> = {
  name: 'deepshare',
  source: 'Bornfeld & Avidan, DeepShare, arXiv:2512.17398',
  options: optionsSchema,
  needsTraining: ({ assignment }) =>
    assignment === 'correlation'
      ? 'whose assignment correlation compares decisions (contiguous and strided need none)'
      : null,
  init(context, options) {
    const { affine } = options;
    return new FineTuning(context, keepDropped(planDeepshare(context, options), context.model.gateMaps), {
      ...options,
      trainAffine: affine === 'value' || affine === 'both',
      trainScores: affine === 'score' || affine === 'both',
      gateAt: transitionalGate(options),
      label: `deepshare ${JSON.stringify(options)} ${context.budgetComparisons}`,
    });
  },
  step: (tuning) => tuning.epoch(),
  finish: (tuning) => tuning.finish(),
  abandon: (tuning) => tuning.free(),
};
