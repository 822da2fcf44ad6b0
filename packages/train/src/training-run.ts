/**
 * One training run, an epoch at a time: what `fit` and the reduction methods are made of.
 *
 * Everything random in an epoch comes from a generator that is seeded with the run's seed and the epoch's number. So a
 * run that goes on from a checkpoint follows the same curve, bit by bit, on the same machine and number of threads.
 * @module
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { Generator, grad, keep, noGrad, scope, type Tensor, writeAtomically, zeros } from '@relent/torch';
import { type EpochMetrics, restoreCheckpoint, saveCheckpoint, type TensorHolder } from './checkpoint.js';
import { type Batch, BatchLoader } from './data/batches.js';
import { drawBeta, mix, predecessors } from './data/mixup.js';
import { evaluateLoader } from './evaluate.js';
import type { FitOptions, FitProgress } from './fit-options.js';
import { crossEntropyLoss } from './losses/cross-entropy.js';
import { distillationLoss } from './losses/distillation.js';
import { muon, normedKernels } from './optim/muon.js';
import type { OptimizerState, ParameterList } from './optim/optimizer.js';
import { scheduleAt } from './optim/schedule.js';
import { otherWork } from './other-work.js';
import { rightAnswers } from './pixel-answers.js';

const REPORT_EVERY_MS = 200;

/** Options with every default filled in. */
function withDefaults(options: FitOptions) {
  return {
    batchSize: 128,
    schedule: { kind: 'one-cycle', peak: 0.2, rise: 0.1 } as const,
    optimizer: muon(normedKernels(options.network.graph)),
    labelSmoothing: 0,
    seed: 0,
    keep: 'best' as const,
    ...options,
  };
}

/** A run in progress. Free it with {@link TrainingRun.finish} or {@link TrainingRun.free}. */
export class TrainingRun {
  /** Epochs done so far, those of earlier processes included. */
  readonly history: EpochMetrics[] = [];
  readonly #options: ReturnType<typeof withDefaults>;
  readonly #list: ParameterList;
  readonly #held: TensorHolder;
  readonly #state: OptimizerState;
  readonly #train: BatchLoader;
  readonly #validation: BatchLoader;
  readonly #configuration: string;
  readonly #steps: number;
  #best: Map<string, Tensor> | null = null;

  /**
   * Starts a run, or goes on with the one that `runFolder` holds.
   * @throws RangeError if an option is out of range.
   * @throws FormatError or Error if the folder holds a damaged run or one of other options.
   */
  constructor(options: FitOptions) {
    const full = withDefaults(options);
    this.#options = full;
    const { network, data, epochs, batchSize } = full;
    if (!Number.isSafeInteger(epochs) || epochs < 1)
      throw new RangeError(`"epochs" expected a positive integer, got ${epochs}`);
    if (!Number.isSafeInteger(batchSize) || batchSize < 1)
      throw new RangeError(`"batchSize" expected a positive integer, got ${batchSize}`);
    this.#steps = Math.max(1, Math.floor(data.train.count / batchSize));
    if (full.mixup !== undefined && !(full.mixup > 0 && full.mixup <= 10))
      throw new RangeError(`"mixup" expected a number above 0 and up to 10, got ${full.mixup}`);
    if (full.mixup !== undefined && data.train.labels.length > data.train.count)
      throw new RangeError('"mixup" expected images with one label each, got labels for every pixel');
    scheduleAt(full.schedule, 0, epochs * this.#steps);
    const trained = new Map([...network.parameters, ...prefixed(full.extension?.parameters)]);
    this.#list = { names: [...trained.keys()], tensors: [...trained.values()] };
    this.#held = { tensors: () => heldTensors(full) };
    this.#configuration = configurationOf(full);
    this.#state = full.optimizer.init(this.#list);
    this.#train = new BatchLoader(data, data.train, network.device);
    this.#validation = new BatchLoader(data, data.validation, network.device);
    try {
      if (full.runFolder) this.#resume(full.runFolder);
    } catch (error) {
      this.free();
      throw error;
    }
  }

  /** Whether all epochs are done. */
  get done(): boolean {
    return this.history.length >= this.#options.epochs;
  }

  #resume(folder: string): void {
    mkdirSync(folder, { recursive: true });
    const path = join(folder, 'checkpoint.safetensors');
    const found = restoreCheckpoint(path, this.#held, this.#list, this.#state, this.#configuration);
    if (found) this.history.push(...found.history);
  }

  /** Trains one epoch, validates, and writes the checkpoint. */
  async epoch(): Promise<EpochMetrics> {
    const { network, seed, epochs, batchSize, schedule, optimizer, extension, onProgress, signal } = this.#options;
    const epoch = this.history.length;
    await extension?.beforeEpoch?.(epoch);
    const total = epochs * this.#steps;
    const generator = new Generator(seed * 1_000_003 + epoch + 1);
    const sums = keep(zeros([2], { device: network.device }));
    const size = Math.min(batchSize, this.#train.count);
    const started = performance.now();
    const plan = this.#train.planEpoch(generator, this.#steps, size);
    const { mixup } = this.#options;
    const shares = mixup === undefined ? null : Array.from({ length: this.#steps }, () => drawBeta(mixup, generator));
    let reported = started;
    const report = (step: number, phase: FitProgress['phase']) => {
      if (!onProgress) {
        reported = performance.now();
        return;
      }
      // Reading the loss waits for the device, so the clock is read after it.
      const loss = step === 0 ? null : Number(sums.toArray()[0]) / (step * size);
      reported = performance.now();
      const seconds = (reported - started) / 1000;
      onProgress({
        phase,
        epoch,
        epochs,
        step,
        steps: this.#steps,
        learningRate: scheduleAt(schedule, Math.min(epoch * this.#steps + step, total - 1), total),
        loss,
        imagesPerSecond: phase === 'train' && seconds > 0 ? (step * size) / seconds : null,
        etaSeconds: this.#eta(seconds, step),
        metrics: this.history.at(-1) ?? null,
      });
    };
    try {
      for (let step = 0; step < this.#steps; step++) {
        const learningRate = scheduleAt(schedule, epoch * this.#steps + step, total);
        scope(() => {
          const fraction = (epoch * this.#steps + step) / total;
          const batch = this.#train.pickVaried(
            plan.positions.narrow(0, step * size, size),
            plan.variation.narrow(0, step * size, size),
          );
          const gradients = this.#gradients(batch, fraction, sums, shares?.[step] ?? 1);
          optimizer.update(this.#list, gradients, this.#state, learningRate);
          extension?.afterStep?.(epoch * this.#steps + step + 1, total);
        });
        if (performance.now() - reported >= REPORT_EVERY_MS) {
          report(step + 1, 'train');
          await otherWork(signal);
        }
      }
      extension?.afterEpoch?.();
      const [loss, correct] = sums.toArray() as Float32Array;
      const seconds = (performance.now() - started) / 1000;
      report(this.#steps, 'validate');
      const seen = this.#steps * size;
      if (!Number.isFinite(loss))
        throw new Error(`the loss is no longer finite in epoch ${epoch + 1}; try a lower learning rate`);
      const evaluation = { ...(signal ? { signal } : {}), ...(extension?.site ? { site: extension.site } : {}) };
      const validation =
        this.#validation.count > 0 ? await evaluateLoader(network, this.#validation, evaluation) : null;
      this.#record({
        epoch: epoch + 1,
        learningRate: scheduleAt(schedule, (epoch + 1) * this.#steps - 1, total),
        trainLoss: loss! / seen,
        trainAccuracy: correct! / seen,
        validationLoss: validation?.loss ?? null,
        validationAccuracy: validation?.accuracy ?? null,
        seconds: (performance.now() - started) / 1000,
        imagesPerSecond: seen / seconds,
      });
      report(this.#steps, 'epoch');
    } finally {
      generator.free();
      plan.positions.free();
      plan.variation.free();
      sums.free();
    }
    return this.history.at(-1)!;
  }

  /**
   * Gradients of the loss on one batch, at that fraction of the run; adds its loss and correct answers to `sums`.
   * @param share - Of each image itself, where images are mixed; 1 where not.
   */
  #gradients(batch: Batch, fraction: number, sums: Tensor, share: number): Tensor[] {
    const { network, distillation, labelSmoothing, gateAt, extension } = this.#options;
    const { labels } = batch;
    const images = share === 1 ? batch.images : mix(batch.images, share);
    const gate = gateAt?.(fraction);
    const logits = network.forward(images, {
      training: true,
      ...(gate ? { gate } : {}),
      ...(extension?.site ? { site: extension.site } : {}),
      ...(extension?.observe ? { observe: extension.observe } : {}),
    });
    let loss = crossEntropyLoss(logits, labels, labelSmoothing);
    if (share !== 1) {
      const others = crossEntropyLoss(logits, predecessors(labels), labelSmoothing);
      loss = loss.mul(share).add(others, { alpha: 1 - share });
    }
    if (distillation) {
      const { teacher, temperature = 4, weight = 0.5 } = distillation;
      const observe = extension?.observeTeacher;
      const target = noGrad(() => teacher.forward(images, observe ? { observe } : {}));
      loss = loss.mul(1 - weight).add(distillationLoss(logits, target, temperature).mul(weight));
    }
    if (extension?.loss) loss = loss.add(extension.loss({ network, images, labels, logits }));
    noGrad(() => {
      sums.select(0, 0).add_(loss.detach(), { alpha: labels.shape[0]! });
      sums.select(0, 1).add_(rightAnswers(logits.detach(), labels));
    });
    return grad(loss, this.#list.tensors);
  }

  #record(metrics: EpochMetrics): void {
    const { runFolder } = this.#options;
    const best = Math.max(...this.history.map((m) => m.validationAccuracy ?? 0), 0);
    this.history.push(metrics);
    const improved = metrics.validationAccuracy !== null && metrics.validationAccuracy > best;
    const state = { configuration: this.#configuration, history: this.history };
    if (!runFolder) {
      if (improved && this.#options.keep === 'best') this.#rememberBest();
      return;
    }
    // The best weights come first: a crash between the two files then repeats the epoch and writes them again.
    if (improved) saveCheckpoint(join(runFolder, 'best.safetensors'), this.#held, this.#list, null, state);
    saveCheckpoint(join(runFolder, 'checkpoint.safetensors'), this.#held, this.#list, this.#state, state);
    const lines = this.history.map((entry) => `${JSON.stringify(entry)}\n`).join('');
    writeAtomically(join(runFolder, 'metrics.jsonl'), Buffer.from(lines));
  }

  #rememberBest(): void {
    this.#best ??= new Map(
      [...this.#held.tensors()].map(([name, value]) => [name, scope(() => keep(value.detach().clone()))]),
    );
    noGrad(() => {
      for (const [name, value] of this.#held.tensors()) this.#best!.get(name)!.copy_(value);
    });
  }

  #eta(seconds: number, step: number): number | null {
    const earlier = this.history.map((entry) => entry.seconds);
    const left = this.#options.epochs - this.history.length;
    if (earlier.length === 0) return step === 0 ? null : (seconds / step) * (left * this.#steps - step);
    const mean = earlier.reduce((sum, value) => sum + value, 0) / earlier.length;
    return Math.max(0, left * mean - (step < this.#steps ? seconds : Math.min(seconds, mean)));
  }

  /** Puts the chosen weights (best by validation accuracy, or last) into the network, and frees the run. */
  finish(): void {
    const { runFolder } = this.#options;
    if (this.#options.keep === 'best') {
      if (runFolder)
        restoreCheckpoint(join(runFolder, 'best.safetensors'), this.#held, this.#list, null, this.#configuration);
      noGrad(() => {
        for (const [name, value] of this.#held.tensors()) {
          const best = this.#best?.get(name);
          if (best) value.copy_(best);
        }
      });
    }
    this.free();
  }

  /** Frees what the run holds besides the network. */
  free(): void {
    this.#train.free();
    this.#validation.free();
    for (const values of this.#state.slots.values()) for (const value of values) value.free();
    for (const value of this.#best?.values() ?? []) value.free();
    this.#best = null;
  }
}

/** Tensors of a method under names of their own. */
function prefixed(tensors: ReadonlyMap<string, Tensor> = new Map()): [string, Tensor][] {
  return [...tensors].map(([name, value]) => [`method.${name}`, value]);
}

function* heldTensors({ network, extension }: FitOptions): IterableIterator<[string, Tensor]> {
  yield* network.tensors();
  yield* prefixed(extension?.parameters);
  yield* prefixed(extension?.buffers);
}

/** The options that shape the curve, as text. */
function configurationOf(options: ReturnType<typeof withDefaults>): string {
  const { network, data, epochs, batchSize, schedule, optimizer, labelSmoothing, distillation, seed, label } = options;
  const { cutout } = data.augmentation;
  const { precision } = network.compute;
  return JSON.stringify({
    data: [data.name, data.train.count, data.validation.count],
    epochs,
    batchSize,
    schedule,
    optimizer: optimizer.name,
    labelSmoothing,
    distillation: distillation ? [distillation.temperature ?? 4, distillation.weight ?? 0.5] : null,
    seed,
    label,
    ...(cutout ? { cutout } : {}),
    ...(options.mixup === undefined ? {} : { mixup: options.mixup }),
    ...(precision === 'float32' ? {} : { precision }),
  });
}
