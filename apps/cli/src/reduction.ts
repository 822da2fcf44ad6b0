/**
 * Reduction as commands use it: a budget of comparisons, bytes or time, progress on stderr, one result at the end.
 *
 * @module
 */
import type { Model } from '@relent/graph';
import type { Device } from '@relent/torch';
import type { Dataset, Evaluation, FamilyMember } from '@relent/train';
import { type Budget, comparisonsOf } from './budget.js';
import { type ComputeChoice, prepareCompute } from './compute.js';
import { formatCount } from './format.js';
import { interruptible } from './interruption.js';
import { datasetNamed } from './model-source.js';
import type { Places } from './network-names.js';
import { printNote } from './output.js';
import { integerGraphOf, noiseDataset } from './prediction.js';
import { type CostMeasure, describeCost, measuredCost, measureOfBudget, privateCostModel } from './private-cost.js';
import { datasetOf } from './quantization.js';
import { fitProgress } from './training.js';
import { trainingSpeed } from './training-speed.js';
import { typedCommand } from './typed-command.js';
import { UsageError } from './usage-error.js';

/** What a reduction needs. */
export interface ReductionOptions extends ComputeChoice {
  readonly method: string;
  readonly budget: Budget;
  /** Where a budget of bytes or time is counted; on a LAN and in both phases unless given. */
  readonly places?: Places;
  /** Options of the method, as data or as text. */
  readonly methodOptions: Readonly<Record<string, unknown>>;
  readonly epochs: number;
  readonly batch: number;
  readonly lr?: number;
  readonly seed: number;
  readonly data?: string;
  /** Where checkpoints go; a run found there goes on. Without it nothing is kept. */
  readonly runFolder?: string;
}

/** A reduced network. */
export interface Reduced {
  readonly model: Model;
  readonly comparisons: number;
  readonly comparisonsBefore: number;
  /** On the test split; `null` for weights that nothing has trained. */
  readonly accuracy: number | null;
  /** What a private image costs, where the budget is of bytes or time. */
  readonly spent: { readonly measure: CostMeasure; readonly before: number; readonly after: number } | null;
  /** All networks of a method that makes several. */
  readonly family: readonly FamilyMember[];
  /** What the user should know of the outcome. */
  readonly notes: readonly string[];
  record(name: string, folder: string): void;
}

/** What a budget asks of a method. */
export interface Demand {
  readonly budgetComparisons: number;
  /** Options that the method is given besides the user's. */
  readonly options: Readonly<Record<string, unknown>>;
  /** The figure that must be met, where the budget is of bytes or time. */
  readonly target: { readonly measure: CostMeasure; readonly amount: number; readonly before: number } | null;
}

/**
 * @throws UsageError if the method cannot be given a budget of bytes or time.
 */
export function expectBudgetKind(method: string, budget: Budget): void {
  if (method === 'auto' || budget.kind === 'comparisons' || budget.kind === 'share') return;
  throw new UsageError(
    `"--budget" expected comparisons for method ${method}, such as 12000 or 10%, got ${budget.kind === 'bytes' ? 'bytes' : 'a time'}; ` +
      'method auto takes bytes and times',
  );
}

/**
 * What a budget asks of a method on a model.
 * @throws UsageError if the method cannot be given such a budget.
 * @throws RangeError if the model meets the budget already.
 */
export async function demandOf(
  model: Model,
  method: string,
  budget: Budget,
  places: Places = { network: 'lan', phases: 'both' },
): Promise<Demand> {
  expectBudgetKind(method, budget);
  const { gateCost } = await import('@relent/graph');
  const plain = gateCost(model.graph, new Map()).total.comparisons;
  const now = gateCost(model.graph, model.gateMaps).total.comparisons;
  const asked = measureOfBudget(budget, places);
  if (asked === null) {
    const budgetComparisons = comparisonsOf(budget, plain)!;
    if (method !== 'full' && budgetComparisons >= now)
      throw new RangeError(
        `"budget" expected fewer than the ${formatCount(now)} comparisons that MODEL needs already, got ${formatCount(budgetComparisons)}`,
      );
    return { budgetComparisons, options: {}, target: null };
  }
  const { measure, amount } = asked;
  const before = await privateCost(model, measure);
  if (before <= amount)
    throw new RangeError(
      `"budget" expected less than the ${describeCost(before, measure)} that an image of MODEL needs already, got ${describeCost(amount, measure)}`,
    );
  const { cost, total, costName } = await privateCostModel(model, measure);
  return {
    budgetComparisons: now,
    options: { cost, total, costName, target: amount },
    target: { measure, amount, before },
  };
}

/** What `relent cost` says of a model that is not quantised yet. */
async function privateCost(model: Model, measure: CostMeasure): Promise<number> {
  const graph = await integerGraphOf({ model, integer: null, trained: model.weights.size > 0 });
  return measuredCost(graph, measure);
}

/**
 * What the outcome costs.
 * @throws Error if training moved the scales so far that the target is missed.
 */
export async function expectTarget(model: Model, target: Demand['target']): Promise<number | null> {
  if (target === null) return null;
  const { measure, amount } = target;
  const after = await privateCost(model, measure);
  if (after <= amount) return after;
  throw new Error(
    `"budget" expected to be met after training too, got ${describeCost(after, measure)} where ${describeCost(amount, measure)} ` +
      `were asked; ask for ${describeCost((amount * amount) / after, measure)}`,
  );
}

/** Accuracy on each split, looked at once. */
interface Measured {
  readonly test: Evaluation;
  readonly validation: Evaluation | null;
}

async function measure(model: Model, data: Dataset, device: Device): Promise<Measured> {
  const { evaluate, Network } = await import('@relent/train');
  const network = Network.fromModel(model, { device });
  try {
    const test = await evaluate(network, data, 'test');
    return { test, validation: data.validation.count > 0 ? await evaluate(network, data, 'validation') : null };
  } finally {
    network.free();
  }
}

function accuracyResults({ test, validation }: Measured): Record<string, number> {
  return {
    ...(validation === null ? {} : { validationAccuracy: validation.accuracy }),
    testAccuracy: test.accuracy,
    testImages: test.count,
  };
}

/** Lowers what a model costs until the budget is met, and trains it with the model itself as the teacher. */
export async function reduceNetwork(model: Model, options: ReductionOptions): Promise<Reduced> {
  const { expectOptions, loadDataset, reduce, writeRecord } = await import('@relent/train');
  const { gateCost } = await import('@relent/graph');
  const { method, methodOptions, epochs, batch, lr, seed, runFolder } = options;
  const compute = await prepareCompute(options);
  expectOptions(method, methodOptions);
  expectBudgetKind(method, options.budget);
  const { name: dataset } = await datasetNamed(datasetOf(model, options.data));
  // A gate map on fresh weights needs no image.
  const bare = model.weights.size === 0 && epochs === 0;
  const data = bare ? noiseDataset(model) : await loadDataset(dataset);
  const comparisonsBefore = gateCost(model.graph, model.gateMaps).total.comparisons;
  const { places } = options;
  const { budgetComparisons, options: added, target } = await demandOf(model, method, options.budget, places);
  printNote(
    target === null
      ? `budget: ${formatCount(budgetComparisons)} comparisons`
      : `budget: ${describeCost(target.amount, target.measure)} of the ${describeCost(target.before, target.measure)} that an image needs now`,
  );
  const progress = fitProgress(method);
  try {
    const request = {
      method,
      data,
      budgetComparisons,
      epochs,
      batchSize: batch,
      seed,
      compute,
      options: { ...methodOptions, ...(lr === undefined ? {} : { learningRate: lr }), ...added },
      ...(runFolder === undefined ? {} : { runFolder }),
      onProgress: progress.report,
    };
    const reduced = await interruptible(
      (signal) => reduce(model, { ...request, signal }),
      () => {
        progress.stop();
        return progress.saved(runFolder);
      },
    );
    progress.stop();
    const after = await expectTarget(reduced.model, target);
    const measured = bare ? null : await measure(reduced.model, data, compute.device);
    const { comparisons, notes = [], family = [] } = reduced;
    const spent = target === null ? null : { measure: target.measure, before: target.before, after: after! };
    return {
      model: reduced.model,
      comparisons,
      comparisonsBefore,
      accuracy: measured?.test.accuracy ?? null,
      spent,
      family,
      notes,
      record: (recordName, folder) => {
        const configuration = {
          network: model.info.name,
          dataset,
          method,
          options: methodOptions,
          budget: target === null ? budgetComparisons : target.amount,
          ...(target === null ? {} : { budgetOf: target.measure }),
          epochs,
          batch,
          lr: lr ?? 'default',
          ...compute,
        };
        const results = {
          comparisons,
          comparisonsBefore,
          ...(spent === null
            ? {}
            : { [`${spent.measure.unit}`]: spent.after, [`${spent.measure.unit}Before`]: spent.before }),
          ...(measured === null ? {} : accuracyResults(measured)),
          ...trainingSpeed(reduced.curve),
        };
        writeRecord(folder, {
          name: recordName,
          command: typedCommand(),
          configuration,
          seeds: { run: seed },
          curve: reduced.curve,
          results,
        });
      },
    };
  } finally {
    progress.stop();
  }
}
