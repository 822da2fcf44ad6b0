/**
 * Knapsack block-ReLU: a patch size for every channel, chosen so that the measured distortion is least within the budget.
 *
 * Source: Gorski, Jevnisek & Avidan, Securing Neural Networks with Knapsack Optimization, arXiv:2304.10442.
 * Differs: distortions may be estimated by gradients, a channel may also be a group of channels that share, and
 * fine-tuning learns from the teacher unless told not to (`distillation` 0 is the paper's).
 * @module
 */
import { type GateMap, type Graph, gateCost, type PatchSize } from '@relent/graph';
import { z } from 'zod';
import { measuring } from '../compute.js';
import { otherWork } from '../other-work.js';
import { currentSize, type FreeSite, freeSites, groupCost, withSizes } from './channel-forms.js';
import { DistortionMeter, type DistortionTable } from './distortion.js';
import { FineTuning, fineTuningOptions } from './fine-tuning.js';
import { solveKnapsack } from './knapsack-dp.js';
import type { ReductionContext } from './method.js';
import { loadPlan, savePlan } from './saved-plan.js';
import { type Own, stagedMethod } from './staged-method.js';

/** Options of the measurement. */
export const distortionOptions = {
  /** How distortions are found: a first-order estimate, or by running the network for every channel and size. */
  estimate: z.enum(['gradient', 'measured']).default('gradient'),
  /** Where distortions are looked at. */
  at: z.enum(['last-site', 'logits']).default('logits'),
  /** Training images to measure on. */
  images: z.coerce.number().int().positive().default(128),
  /** Random vectors for each image; more make the estimate less noisy. */
  probes: z.coerce.number().int().positive().default(2),
};

const optionsSchema = z.object({ ...distortionOptions, ...fineTuningOptions });

/** Options of {@link knapsackMethod}. */
export type KnapsackOptions = Readonly<z.infer<typeof optionsSchema>>;

const IMAGES_AT_A_TIME = 64;

/** Measures the distortion of every group and form, with a turn for other work between batches. */
export async function measureDistortion(
  context: Pick<ReductionContext, 'model' | 'data' | 'seed' | 'compute' | 'signal'>,
  sites: readonly FreeSite[],
  options: Pick<KnapsackOptions, 'estimate' | 'at' | 'images' | 'probes'>,
  own: Own,
): Promise<DistortionTable> {
  const { model, data, seed, compute, signal } = context;
  const { estimate, at, images, probes } = options;
  const meter = own(
    new DistortionMeter(model, data, sites, {
      ...{ estimate, at, images, probes, seed },
      batchSize: IMAGES_AT_A_TIME,
      ...measuring(compute),
    }),
  );
  while (meter.next()) await otherWork(signal);
  meter.free();
  return meter.table;
}

/** The form of every channel group, by site. */
export type SizePlan = ReadonlyMap<string, readonly PatchSize[]>;

/**
 * The forms of least total distortion within a budget.
 * @param sites - The sites that may change; those of others stay as `gateMaps` has them.
 * @throws RangeError if what cannot change needs more comparisons than the budget.
 */
export function planKnapsack(
  graph: Graph,
  gateMaps: ReadonlyMap<string, GateMap>,
  sites: readonly FreeSite[],
  table: DistortionTable,
  budgetComparisons: number,
): SizePlan {
  const now = sites.reduce(
    (sum, site) => sum + site.groups.reduce((all, _, g) => all + groupCost(site, g, currentSize(site, g)), 0),
    0,
  );
  const bound = gateCost(graph, gateMaps).total.comparisons - now;
  if (!(bound <= budgetComparisons))
    throw new RangeError(
      `"budget" expected at least ${bound} comparisons, those of sites that decide for others, got ${budgetComparisons}`,
    );
  const items = sites.flatMap((site) =>
    site.groups.map((_, group) =>
      site.sizes.map((size, k) => ({ cost: groupCost(site, group, size), loss: table.get(site.id)![group]![k]! })),
    ),
  );
  const { picks } = solveKnapsack(items, budgetComparisons - bound);
  let at = 0;
  return new Map(sites.map((site) => [site.id, site.groups.map(() => site.sizes[picks[at++]!]!)]));
}

/** The gate maps of a plan. */
export function plannedMaps(
  gateMaps: ReadonlyMap<string, GateMap>,
  sites: readonly FreeSite[],
  plan: SizePlan,
): Map<string, GateMap> {
  const planned = new Map(gateMaps);
  for (const site of sites) {
    const sizes = plan.get(site.id)!;
    if (gateMaps.has(site.id) || sizes.some((size) => size === 'linear' || size[0] > 1 || size[1] > 1))
      planned.set(site.id, withSizes(site, sizes));
  }
  return planned;
}

const planSchema = z.array(
  z.tuple([z.string(), z.array(z.union([z.tuple([z.number().int(), z.number().int()]), z.literal('linear')]))]),
);

/** Knapsack block-ReLU. */
export const knapsackMethod = stagedMethod<KnapsackOptions>({
  name: 'knapsack',
  source: 'Gorski, Jevnisek & Avidan, Securing Neural Networks with Knapsack Optimization, arXiv:2304.10442',
  options: optionsSchema,
  async *run(context, options, own) {
    const { model, data, budgetComparisons, seed, runFolder } = context;
    const { estimate, at, images, probes } = options;
    const sites = freeSites(model.graph, model.gateMaps);
    const configuration = JSON.stringify([data.name, budgetComparisons, seed, estimate, at, images, probes]);
    const saved = loadPlan(runFolder, 'knapsack', planSchema, configuration);
    let plan: SizePlan | null = saved && new Map(saved);
    if (!plan) {
      const table = await measureDistortion(context, sites, options, own);
      plan = planKnapsack(model.graph, model.gateMaps, sites, table, budgetComparisons);
      savePlan(runFolder, 'knapsack', [...plan], configuration);
    }
    yield;
    const label = `knapsack ${configuration}`;
    const tuning = own(new FineTuning(context, plannedMaps(model.gateMaps, sites, plan), { ...options, label }));
    while (!tuning.done) {
      await tuning.epoch();
      yield;
    }
    return tuning.finish();
  },
});
