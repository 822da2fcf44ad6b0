/**
 * Training as commands use it: progress on stderr, one result at the end.
 *
 * @module
 */
import type { Model } from '@relent/graph';
import type { FitProgress, Schedule } from '@relent/train';
import { type ComputeChoice, prepareCompute } from './compute.js';
import { formatCount, formatPercent } from './format.js';
import { interruptible } from './interruption.js';
import type { NamedArchitecture } from './model-source.js';
import { printNote } from './output.js';
import { type Progress, startProgress } from './progress.js';
import { trainingSpeed } from './training-speed.js';
import { typedCommand } from './typed-command.js';
import { UsageError } from './usage-error.js';

/** What training needs besides the architecture. */
export interface TrainingOptions extends ComputeChoice {
  readonly epochs: number;
  readonly batch: number;
  /** Peak learning rate, and how it moves: one cycle unless given. */
  readonly lr?: number;
  readonly schedule?: 'one-cycle' | 'cosine';
  /** ε of the smoothed labels; 0 unless given. */
  readonly labelSmoothing?: number;
  /** Muon with SGD for what is no kernel, unless given. */
  readonly optimizer?: 'muon' | 'sgd';
  /** Of SGD; 5e-4 unless given. */
  readonly weightDecay?: number;
  /** Side of a hole in every training image; none unless given. */
  readonly cutout?: number;
  /** α of mixup; none unless given. */
  readonly mixup?: number;
  readonly seed: number;
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

/** Trains an architecture, or goes on with the run in its folder; the test split is looked at once, at the end. */
export async function trainNetwork(architecture: NamedArchitecture, options: TrainingOptions): Promise<Trained> {
  const { evaluate, fit, loadDataset, Network, sgd, writeRecord } = await import('@relent/train');
  const { Generator } = await import('@relent/torch');
  const {
    epochs,
    batch,
    lr,
    schedule,
    labelSmoothing = 0,
    optimizer = 'muon',
    weightDecay,
    cutout = 0,
    mixup,
  } = options;
  const { seed, validation, runFolder } = options;
  if (weightDecay !== undefined && optimizer !== 'sgd')
    throw new UsageError('"--weight-decay" expected "--optimizer sgd", got none');
  const compute = await prepareCompute(options);
  const { name, graph, data: info } = architecture;
  const loaded = await loadDataset(info.name, validation === undefined ? {} : { validation });
  const data = { ...loaded, augmentation: { ...loaded.augmentation, cutout } };
  const network = Network.create(graph, { generator: new Generator(seed), ...compute });
  const progress = fitProgress(`${name} on ${info.name}`);
  try {
    const started = performance.now();
    const train = (signal: AbortSignal) =>
      fit({
        network,
        signal,
        data,
        epochs,
        batchSize: batch,
        seed,
        runFolder,
        labelSmoothing,
        ...(mixup === undefined ? {} : { mixup }),
        ...(optimizer === 'sgd' ? { optimizer: sgd(weightDecay === undefined ? {} : { weightDecay }) } : {}),
        ...(lr === undefined && schedule === undefined ? {} : { schedule: scheduleOf(schedule, lr) }),
        onProgress: progress.report,
      });
    const result = await interruptible(train, () => {
      progress.stop();
      return progress.saved(runFolder);
    });
    progress.stop();
    const model = network.toModel({
      name,
      dataset: info.name,
      classes: info.classes,
      mean: info.mean,
      std: info.std,
    });
    // In float32, whatever it was trained in.
    const trained = Network.fromModel(model, { device: compute.device });
    const { accuracy, count } = await evaluate(trained, data, 'test').finally(() => trained.free());
    return {
      model,
      accuracy,
      validation: result.best?.validationAccuracy ?? null,
      wallMs: Math.max(result.seconds * 1000, performance.now() - started),
      record: (recordName, folder) => {
        const configuration = {
          network: name,
          dataset: info.name,
          epochs,
          batch,
          lr: lr ?? 'default',
          schedule: schedule ?? 'one-cycle',
          labelSmoothing,
          optimizer,
          weightDecay: weightDecay ?? 'default',
          cutout,
          mixup: mixup ?? 'none',
          ...compute,
        };
        const { best } = result;
        const results = {
          ...(best === null ? {} : { validationAccuracy: best.validationAccuracy }),
          testAccuracy: accuracy,
          testImages: count,
          ...trainingSpeed(result.curve),
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

/** A schedule by name; its peak is that of the default recipe unless given. */
function scheduleOf(kind: 'one-cycle' | 'cosine' = 'one-cycle', peak = 0.2): Schedule {
  return kind === 'one-cycle' ? { kind, peak, rise: 0.1 } : { kind, peak, warmup: 0.02 };
}

/** Progress of a run that is checkpointed after every epoch. */
export interface RunProgress {
  report(at: FitProgress): void;
  stop(): void;
  /** What an interrupted run leaves. */
  saved(folder: string | undefined): string;
}

/** A bar over all epochs of a run, and one line an epoch. */
export function fitProgress(title: string): RunProgress {
  let bar: Progress | undefined;
  let done = 0;
  let wanted = 0;
  return {
    saved: (folder) =>
      done === 0 || folder === undefined
        ? 'no epoch was whole, so nothing is saved'
        : `${done} of ${wanted} epochs are saved in ${folder}`,
    report: ({ phase, epoch, epochs, step, steps, loss, imagesPerSecond, metrics }) => {
      [done, wanted] = [phase === 'epoch' ? epoch + 1 : epoch, epochs];
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
