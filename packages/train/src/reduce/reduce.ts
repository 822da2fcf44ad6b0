/**
 * Runs reduction methods by name.
 * @module
 */
import { gateCost, type Model } from '@relent/graph';
import { Generator } from '@relent/torch';
import type { EpochMetrics } from '../checkpoint.js';
import { Network } from '../network.js';
import { autoMethod } from './auto.js';
import { autorepMethod } from './autorep.js';
import { bcdMethod } from './bcd.js';
import { composeMethod } from './compose.js';
import { deepreduceMethod } from './deepreduce.js';
import { deepshareMethod } from './deepshare.js';
import { fullMethod } from './full.js';
import { knapsackMethod } from './knapsack.js';
import { linearMethod } from './linear.js';
import type { FamilyMember, ReductionContext } from './method.js';
import { type RegisteredMethod, register } from './registered-method.js';
import { senetMethod } from './senet.js';
import { shareMethod } from './share.js';
import { snlMethod } from './snl.js';

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

/** Fresh weights move further than trained ones: the peak that a training has unless told otherwise. */
const FRESH_LEARNING_RATE = 0.2;

function methodNamed(name: string): RegisteredMethod {
  const method = reduceMethods.get(name);
  if (method) return method;
  throw new RangeError(`"method" expected one of ${[...reduceMethods.keys()].join(', ')}, got ${name}`);
}

/**
 * Says what is wrong with the options of a method before anything runs.
 * @throws RangeError if the method or an option is unknown, or a value does not fit.
 */
export function expectOptions(method: string, options: Readonly<Record<string, unknown>>): void {
  methodNamed(method).expectOptions(options);
}

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
 * Lowers the comparisons of a model to a budget. A model without any weights is trained from fresh ones, on the labels
 * alone unless there is a teacher.
 * @throws RangeError if the method or an option is unknown, the budget is below what the method can reach, or the method
 *         needs a trained network and the model has no weights.
 */
export async function reduce(model: Model, request: ReduceOptions): Promise<ReduceResult> {
  const { method: name, options = {}, ...rest } = request;
  const method = methodNamed(name);
  if (!(rest.budgetComparisons >= 1))
    throw new RangeError(`"budgetComparisons" expected at least 1, got ${rest.budgetComparisons}`);
  const context = { epochs: 10, batchSize: 128, seed: 0, runFolder: null, ...rest, model };
  const start = model.weights.size > 0 ? { context, options, notes: [] } : freshStart(context, options, method);
  const outcome = await method.run(start.context, start.options);
  const { comparisons } = gateCost(outcome.model.graph, outcome.model.gateMaps).total;
  if (comparisons > rest.budgetComparisons)
    throw new Error(
      `method ${name} expected to need at most ${rest.budgetComparisons} comparisons, got ${comparisons}`,
    );
  const notes = [...start.notes, ...(outcome.notes ?? [])];
  return { ...outcome, comparisons, ...(notes.length > 0 ? { notes } : {}) };
}

type RawOptions = Readonly<Record<string, unknown>>;

/** The context with fresh weights of its seed, and options that fit training without a teacher. */
function freshStart(
  context: ReductionContext,
  options: RawOptions,
  method: RegisteredMethod,
): { readonly context: ReductionContext; readonly options: RawOptions; readonly notes: readonly string[] } {
  const { model, teacher, seed, epochs } = context;
  const names = [...reduceMethods.values()].flatMap((each) => (each.needsTraining ? each.name : [])).join(', ');
  const reason = method.needsTraining
    ? method.needsTraining(options)
    : `which chooses by what a trained network does (${names} take fresh ones)`;
  if (reason !== null)
    throw new RangeError(`"model" expected trained weights for method ${method.name}, ${reason}, got none`);
  const { distillation } = options;
  if (!teacher && distillation !== undefined && Number(distillation) !== 0)
    throw new RangeError(`"distillation" expected 0 without a teacher, got ${distillation}`);
  using generator = new Generator(seed);
  const network = Network.create(model.graph, { generator, gateMaps: model.gateMaps });
  const fresh = network.toModel(model.info);
  network.free();
  const untaught = teacher ? {} : { distillation: 0 };
  const weights = `fresh weights of seed ${seed}`;
  const note =
    epochs === 0
      ? `the network has ${weights}, which nothing has trained`
      : `trained from ${weights}${teacher ? '' : ', without a teacher'}`;
  return {
    context: { ...context, model: fresh },
    options: { learningRate: FRESH_LEARNING_RATE, ...options, ...untaught },
    notes: [note],
  };
}
