/**
 * Training and reduction as commands use them: progress on stderr, one result at the end.
 *
 * @module
 */
import { availableParallelism } from 'node:os';
import type { Model } from '@relent/graph';
import type { FitProgress } from '@relent/train';
import { formatCount, formatPercent } from './format.js';
import { datasetNamed, type NamedArchitecture } from './model-source.js';
import { type Budget, budgetComparisons } from './options.js';
import { printNote } from './output.js';
import { type Progress, startProgress } from './progress.js';
import { datasetOf } from './quantization.js';
import { typedCommand } from './typed-command.js';

/** What training needs besides the architecture. */
export interface TrainingOptions {
  readonly epochs: number;
  readonly batch: number;
  readonly lr?: number;
  readonly seed: number;
  /** Threads of libtorch; one for each processor unless given. */
  readonly threads?: number;
  readonly validation?: number;
  readonly runFolder: string;
}

/** A trained network. */
export interface Trained {
  readonly model: Model;
  /** On the test split, looked at once. */
  readonly accuracy: number;
  readonly validation: number | null;
  readonly wallMs: number;
  /** Writes the record of the run. */
  record(name: string, folder: string): void;
}

/** What a reduction needs. */
export interface ReductionOptions {
  readonly method: string;
  readonly budget: Budget;
  /** Options of the method, as data or as text. */
  readonly methodOptions: Readonly<Record<string, unknown>>;
  readonly epochs: number;
  readonly batch: number;
  readonly lr?: number;
  readonly seed: number;
  readonly data?: string;
  /** Threads of libtorch; one for each processor unless given. */
  readonly threads?: number;
  /** Where checkpoints go; a run found there goes on. Without it nothing is kept. */
  readonly runFolder?: string;
}

/** A reduced network; `accuracy` is on the test split. */
export interface Reduced {
  readonly model: Model;
  readonly comparisons: number;
  readonly comparisonsBefore: number;
  readonly accuracy: number;
  /** What the user should know of the outcome. */
  readonly notes: readonly string[];
  record(name: string, folder: string): void;
}

/** Trains an architecture, or goes on with the run in its folder; the test split is looked at once, at the end. */
export async function trainNetwork(architecture: NamedArchitecture, options: TrainingOptions): Promise<Trained> {
  const { evaluate, fit, loadDataset, Network, writeRecord } = await import('@relent/train');
  const { Generator, setThreads } = await import('@relent/torch');
  const { epochs, batch, lr, seed, threads = availableParallelism(), validation, runFolder } = options;
  setThreads(threads);
  const { name, graph, data: info } = architecture;
  const data = await loadDataset(info.name, validation === undefined ? {} : { validation });
  const network = Network.create(graph, { generator: new Generator(seed) });
  const progress = fitProgress(`${name} on ${info.name}`);
  try {
    const started = performance.now();
    const result = await fit({
      network,
      data,
      epochs,
      batchSize: batch,
      seed,
      runFolder,
      ...(lr === undefined ? {} : { schedule: { kind: 'one-cycle', peak: lr, rise: 0.1 } as const }),
      onProgress: progress.report,
    });
    progress.stop();
    const { accuracy, count } = await evaluate(network, data, 'test');
    return {
      model: network.toModel({ name, dataset: info.name, classes: info.classes, mean: info.mean, std: info.std }),
      accuracy,
      validation: result.best?.validationAccuracy ?? null,
      wallMs: Math.max(result.seconds * 1000, performance.now() - started),
      record: (recordName, folder) => {
        const configuration = { network: name, dataset: info.name, epochs, batch, lr: lr ?? 'default' };
        const { best } = result;
        const results = {
          ...(best === null ? {} : { validationAccuracy: best.validationAccuracy }),
          testAccuracy: accuracy,
          testImages: count,
        };
        writeRecord(folder, {
          name: recordName,
          command: typedCommand(),
          configuration,
          seeds: { run: seed },
          curve: result.curve,
          results,
        });
      },
    };
  } finally {
    progress.stop();
    network.free();
  }
}

/** Shares decisions until the budget is met, and fine-tunes with the model itself as the teacher. */
export async function reduceNetwork(model: Model, options: ReductionOptions): Promise<Reduced> {
  const { evaluate, loadDataset, Network, reduce, writeRecord } = await import('@relent/train');
  const { gateCost } = await import('@relent/graph');
  const { setThreads } = await import('@relent/torch');
  const {
    method,
    budget,
    methodOptions,
    epochs,
    batch,
    lr,
    seed,
    threads = availableParallelism(),
    runFolder,
  } = options;
  setThreads(threads);
  const { name: dataset } = await datasetNamed(datasetOf(model, options.data));
  const data = await loadDataset(dataset);
  const comparisonsBefore = gateCost(model.graph, model.gateMaps).total.comparisons;
  const budgetOfRun = budgetComparisons(budget, gateCost(model.graph, new Map()).total.comparisons);
  printNote(`budget: ${formatCount(budgetOfRun)} comparisons`);
  const progress = fitProgress(method);
  try {
    const reduced = await reduce(model, {
      method,
      data,
      budgetComparisons: budgetOfRun,
      epochs,
      batchSize: batch,
      seed,
      options: { ...methodOptions, ...(lr === undefined ? {} : { learningRate: lr }) },
      ...(runFolder === undefined ? {} : { runFolder }),
      onProgress: progress.report,
    });
    progress.stop();
    const network = Network.fromModel(reduced.model);
    const [test, validation] = await Promise.all([
      evaluate(network, data, 'test'),
      data.validation.count > 0 ? evaluate(network, data, 'validation') : null,
    ]).finally(() => network.free());
    const { comparisons, notes = [] } = reduced;
    return {
      model: reduced.model,
      comparisons,
      comparisonsBefore,
      accuracy: test.accuracy,
      notes,
      record: (recordName, folder) => {
        const configuration = {
          network: model.info.name,
          dataset,
          method,
          options: methodOptions,
          budget: budgetOfRun,
          epochs,
          batch,
          lr: lr ?? 'default',
        };
        const results = {
          comparisons,
          comparisonsBefore,
          ...(validation === null ? {} : { validationAccuracy: validation.accuracy }),
          testAccuracy: test.accuracy,
          testImages: test.count,
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

/** A bar over all epochs of a run, and one line an epoch. */
function fitProgress(title: string): { readonly report: (at: FitProgress) => void; readonly stop: () => void } {
  let bar: Progress | undefined;
  return {
    report: ({ phase, epoch, epochs, step, steps, loss, imagesPerSecond, metrics }) => {
      if (phase === 'epoch') {
        if (metrics !== null) {
          const { trainLoss, validationAccuracy } = metrics;
          const validation = validationAccuracy === null ? '' : `, validation ${formatPercent(validationAccuracy)}`;
          bar?.stop();
          bar = undefined;
          printNote(`${title}: epoch ${metrics.epoch} of ${epochs}: loss ${trainLoss.toFixed(4)}${validation}`);
        }
        return;
      }
      bar ??= startProgress(title, epochs * steps);
      const pace = imagesPerSecond === null ? '' : `${formatCount(imagesPerSecond)} images/s`;
      bar.update(
        epoch * steps + step,
        [`epoch ${epoch + 1}/${epochs}`, pace, loss === null ? '' : `loss ${loss.toFixed(3)}`]
          .filter(Boolean)
          .join('  '),
      );
    },
    stop: () => bar?.stop(),
  };
}
