/**
 * Auto: for every site the form that costs the least answers, under a cost that the caller defines.
 *
 * Each site may be plain, linear, in patches, in prototype channels, in blocks, or in the best division of patch sizes
 * among its channels. Every form is tried alone, by how far the network's answers move from the teacher's; the forms of
 * all sites together are the exact solution of a multiple-choice knapsack under the target cost. As losses of single
 * sites do not simply add up, all forms are then tried again in the network so chosen; the best network seen is
 * fine-tuned.
 *
 * Source: this project's. The forms are those of DeepReDuce, Knapsack, DeepShare and Helbitz & Avidan; the aim answers
 * Zeng et al., CoPriv, NeurIPS 2023: comparisons are a poor stand-in for the cost of an inference.
 * @module
 */
import { type GateMap, gateCost, gateMapOf, inferShapes } from '@relent/graph';
import { z } from 'zod';
import { otherWork } from '../other-work.js';
import { type FreeSite, freeSites } from './channel-forms.js';
import { decisionDistances, pairKey } from './decision-distance.js';
import { FineTuning, fineTuningOptions } from './fine-tuning.js';
import { FormChoice } from './form-choice.js';
import { distortionOptions, measureDistortion } from './knapsack.js';
import type { ReductionContext } from './method.js';
import { mapOfForm, savedForm, savedFormSchema } from './saved-form.js';
import { loadPlan, savePlan } from './saved-plan.js';
import { type SiteCandidate, type SiteSummary, siteCandidates, siteCost } from './site-forms.js';
import { SiteTrial } from './site-trial.js';
import { type Own, stagedMethod } from './staged-method.js';

/** What a site costs in the caller's unit, such as bytes or milliseconds; at least 0. Costs of sites add up. */
export type SiteCostModel = (site: SiteSummary) => number;

/** What a network costs under gate maps, in the unit of a {@link SiteCostModel}; sites without one have a gate a neuron. */
export type NetworkCostModel = (gateMaps: ReadonlyMap<string, GateMap>) => number;

const optionsSchema = z.object({
  /** What a site costs; its comparisons unless given. */
  cost: z.custom<SiteCostModel>((value) => typeof value === 'function', 'expected a function of a site').optional(),
  /**
   * What the whole network costs under gate maps, in the unit of `cost`; what the sites cost together unless given. It
   * decides whether the target is met; the costs of sites then only say where to save, and need not add up exactly.
   */
  total: z
    .custom<NetworkCostModel>((value) => typeof value === 'function', 'expected a function of gate maps')
    .optional(),
  /** Names the unit of the costs: a run goes on only under the same name. */
  costName: z.string().default('comparisons'),
  /** What the network may cost, in the unit of `cost`; the budget of comparisons unless given. */
  target: z.coerce.number().positive().optional(),
  /** How often all forms are tried at most: first each alone, then each in the network chosen so far. */
  rounds: z.coerce.number().int().positive().default(3),
  /** Training images to try the forms on. */
  trialImages: z.coerce.number().int().positive().default(64),
  ...distortionOptions,
  ...fineTuningOptions,
});

/** Options of {@link autoMethod}. */
export type AutoOptions = Readonly<z.infer<typeof optionsSchema>>;

/** A form of a site with its cost. */
interface PricedCandidate extends SiteCandidate {
  readonly price: number;
}

/** A site with the forms that cost less than it does now, after the form that it has. */
interface PricedSite {
  readonly site: FreeSite;
  readonly candidates: readonly PricedCandidate[];
}

/** Cost of the sites whose form cannot change. */
function fixedPrice({ model }: ReductionContext, free: readonly FreeSite[], cost: SiteCostModel): number {
  const shapes = inferShapes(model.graph);
  const changing = new Set(free.map(({ id }) => id));
  const { sites } = gateCost(model.graph, model.gateMaps);
  return sites
    .filter(({ id, cost: { comparisons, multiplications } }) => !changing.has(id) && comparisons + multiplications > 0)
    .reduce((sum, { id, shape, cost: counts }) => {
      const map = gateMapOf(id, shapes.get(id)!, model.gateMaps);
      return sum + cost({ site: id, shape, form: 'fixed', cost: counts, map });
    }, 0);
}

/** The sites with their forms and costs. */
async function pricedSites(
  context: ReductionContext,
  options: AutoOptions,
  cost: SiteCostModel,
  own: Own,
): Promise<PricedSite[]> {
  const { model, data, signal } = context;
  const free = freeSites(model.graph, model.gateMaps);
  const table = await measureDistortion(context, free, options, own);
  const plain = free.filter(({ id }) => !model.gateMaps.has(id));
  const pairs = plain.map(({ id }) => [id, id] as const);
  const distances = decisionDistances(model, data, pairs, options.images, context.compute);
  await otherWork(signal);
  return free.map((site) => {
    const distance = distances.get(pairKey(site.id, site.id)) ?? null;
    const priced = siteCandidates(site, table.get(site.id)!, distance).map((candidate) => ({
      ...candidate,
      price: cost({ site: site.id, shape: site.map.shape, ...candidate, cost: siteCost(candidate.map) }),
    }));
    return { site, candidates: priced.filter(({ price }, i) => i === 0 || price < priced[0]!.price) };
  });
}

/** Finds the form of each site that may change. */
async function* chooseForms(
  context: ReductionContext,
  options: AutoOptions,
  own: Own,
): AsyncGenerator<void, ReadonlyMap<string, SiteCandidate>> {
  const { model, teacher, data, signal } = context;
  const cost: SiteCostModel = options.cost ?? ((site) => site.cost.comparisons);
  const priced = await pricedSites(context, options, cost, own);
  yield;
  const fixed = fixedPrice(
    context,
    priced.map(({ site }) => site),
    cost,
  );
  const { total } = options;
  const formsOf = (picks: readonly number[]) =>
    new Map(priced.map(({ site, candidates }, i) => [site.id, candidates[picks[i]!]!]));
  const choice = new FormChoice(
    priced.map(({ candidates }) => candidates.map(({ price }) => price)),
    {
      target: options.target ?? context.budgetComparisons,
      name: options.target === undefined || total ? 'budget' : 'target',
      unit: options.costName,
      fixed,
      ...(total ? { total: (picks) => total(mapsOf(model.gateMaps, formsOf(picks))) } : {}),
    },
  );
  const count = Math.min(options.trialImages, data.train.count);
  const trial = own(new SiteTrial(model, teacher ?? model, data, count, options.temperature, context.compute));
  let best: { readonly forms: ReadonlyMap<string, SiteCandidate>; readonly divergence: number } | null = null;
  for (let round = 0; round < options.rounds; round++) {
    const losses: number[][] = [];
    for (const { site, candidates } of priced) {
      const loss: number[] = [];
      for (const { map } of candidates) {
        loss.push(trial.divergence(site.id, map));
        await otherWork(signal);
      }
      losses.push(loss);
      yield;
    }
    const forms = formsOf(choice.solve(losses));
    trial.stand(mapsOf(model.gateMaps, forms));
    const divergence = trial.divergence();
    if (best && divergence >= best.divergence) break;
    best = { forms, divergence };
  }
  trial.free();
  return best!.forms;
}

/** Gate maps with some sites in the given forms. */
function mapsOf(
  gateMaps: ReadonlyMap<string, GateMap>,
  forms: ReadonlyMap<string, SiteCandidate>,
): Map<string, GateMap> {
  const maps = new Map(gateMaps);
  for (const [site, { form, map }] of forms) if (form !== 'plain') maps.set(site, map);
  return maps;
}

const planSchema = z.array(z.tuple([z.string(), savedFormSchema]));

/** The best mixture of forms under a cost model. */
export const autoMethod = stagedMethod<AutoOptions>({
  name: 'auto',
  source:
    'a choice among published forms by the cost of the private run; Zeng et al., CoPriv, NeurIPS 2023, for the aim',
  options: optionsSchema,
  async *run(context, options, own) {
    const { model, data, budgetComparisons, seed, runFolder } = context;
    const { cost: _, total: __, learningRate: ___, distillation: ____, ...choice } = options;
    const configuration = JSON.stringify([data.name, budgetComparisons, seed, choice]);
    const saved = loadPlan(runFolder, 'auto', planSchema, configuration);
    let forms: ReadonlyMap<string, SiteCandidate>;
    if (saved) {
      const shapes = inferShapes(model.graph);
      const plain = (site: string) => gateMapOf(site, shapes.get(site)!, model.gateMaps);
      forms = new Map(saved.map(([site, form]) => [site, { form: form.form, map: mapOfForm(plain(site), form) }]));
    } else {
      forms = yield* chooseForms(context, options, own);
      const plan = [...forms].map(([site, candidate]) => [site, savedForm(candidate)]);
      savePlan(runFolder, 'auto', plan, configuration);
    }
    yield;
    const tuning = own(
      new FineTuning(context, mapsOf(model.gateMaps, forms), { ...options, label: `auto ${configuration}` }),
    );
    while (await tuning.epoch()) yield;
    return tuning.finish();
  },
});
