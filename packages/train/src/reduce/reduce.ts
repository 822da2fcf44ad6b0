/**
 * Runs reduction methods by name.
 * @module
 */
import { gateCost, type Model } from '@relent/graph';
import { z } from 'zod';
import type { EpochMetrics } from '../checkpoint.js';
import { autoMethod } from './auto.js';
import { autorepMethod } from './autorep.js';
import { bcdMethod } from './bcd.js';
import { composeMethod } from './compose.js';
import { deepreduceMethod } from './deepreduce.js';
import { deepshareMethod } from './deepshare.js';
import { fullMethod } from './full.js';
import { knapsackMethod } from './knapsack.js';
import { linearMethod } from './linear.js';
import type { FamilyMember, ReductionContext, ReductionMethod, ReductionOutcome } from './method.js';
import { senetMethod } from './senet.js';
import { shareMethod } from './share.js';
import { snlMethod } from './snl.js';

/** A method whose types of options and state are its own affair. */
export interface RegisteredMethod {
  readonly name: string;
  readonly source: string;
  /** Names of the options that it reads. */
  readonly optionNames: readonly string[];
  /** @throws RangeError if an option is unknown or does not fit. */
  readonly run: (context: ReductionContext, options: Readonly<Record<string, unknown>>) => Promise<ReductionOutcome>;
}

function register<Options, State>(method: ReductionMethod<Options, State>): RegisteredMethod {
  const optionNames = method.options instanceof z.ZodObject ? Object.keys(method.options.shape) : [];
  return {
    name: method.name,
    source: method.source,
    optionNames,
    async run(context, raw) {
      const unknown = Object.keys(raw).find((name) => !optionNames.includes(name));
      if (unknown !== undefined)
        throw new RangeError(`"options" expected ${optionNames.join(', ')} for method ${method.name}, got ${unknown}`);
      const options = method.options.safeParse(raw);
      if (!options.success) {
        const issue = options.error.issues[0]!;
        throw new RangeError(`"${issue.path.join('.')}" of method ${method.name}: ${issue.message}`);
      }
      const state = method.init(context, options.data);
      try {
        while (await method.step(state));
      } catch (error) {
        method.abandon(state);
        throw error;
      }
      return method.finish(state);
    },
  };
}

/** Every reduction method, by name. */
export const reduceMethods: ReadonlyMap<string, RegisteredMethod> = new Map(
  [
    register(shareMethod),
    register(bcdMethod),
    register(autorepMethod),
    register(senetMethod),
    register(snlMethod),
    register(linearMethod),
    register(deepshareMethod),
    register(fullMethod),
    register(knapsackMethod),
    register(deepreduceMethod),
    register(autoMethod),
    register(composeMethod(() => reduceMethods)),
  ].map((method) => [method.name, method]),
);

/** What to reduce, how, and how far. */
export interface ReduceOptions
  extends Pick<ReductionContext, 'data' | 'budgetComparisons'>,
    Partial<Omit<ReductionContext, 'model' | 'data' | 'budgetComparisons'>> {
  /** A name of {@link reduceMethods}. */
  readonly method: string;
  /** Options of the method; its defaults unless given. */
  readonly options?: Readonly<Record<string, unknown>>;
}

/** A model that meets its budget. */
export interface ReduceResult {
  readonly model: Model;
  /** Comparisons that one image needs, as `gateCost` counts them. */
  readonly comparisons: number;
  readonly curve: readonly EpochMetrics[];
  /** All models of a method that makes several. */
  readonly family?: readonly FamilyMember[];
  /** What the user should know of the outcome. */
  readonly notes?: readonly string[];
}

/**
 * Lowers the comparisons of a trained model to a budget.
 * @throws RangeError if the method or an option is unknown, or the budget is below what the method can reach.
 */
export async function reduce(model: Model, request: ReduceOptions): Promise<ReduceResult> {
  const { method: name, options = {}, ...rest } = request;
  const method = reduceMethods.get(name);
  if (!method) throw new RangeError(`"method" expected one of ${[...reduceMethods.keys()].join(', ')}, got ${name}`);
  if (!(rest.budgetComparisons >= 1))
    throw new RangeError(`"budgetComparisons" expected at least 1, got ${rest.budgetComparisons}`);
  const context = { epochs: 10, batchSize: 128, seed: 0, runFolder: null, ...rest, model };
  const outcome = await method.run(context, options);
  const { comparisons } = gateCost(outcome.model.graph, outcome.model.gateMaps).total;
  if (comparisons > rest.budgetComparisons)
    throw new Error(
      `method ${name} expected to need at most ${rest.budgetComparisons} comparisons, got ${comparisons}`,
    );
  return { ...outcome, comparisons };
}

/**
 * A budget as people write it: `12000` comparisons, or `5%` of the comparisons that the model needs as plain ReLUs.
 * @throws RangeError if the text is neither.
 */
export function parseBudget(text: string, model: Pick<Model, 'graph'>): number {
  const number = Number(text.replace(/%$/, ''));
  if (!(number > 0 && number < Infinity) || text.trim() === '')
    throw new RangeError(`"budget" expected a number of comparisons or a percentage such as 5%, got ${text}`);
  if (!text.endsWith('%')) return Math.floor(number);
  return Math.floor((number / 100) * gateCost(model.graph, new Map()).total.comparisons);
}
