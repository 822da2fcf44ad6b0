import type { EpochMetrics } from './checkpoint.js';
import type { Dataset } from './data/dataset.js';
import type { GateFunction } from './layers/gate-function.js';
import type { Network } from './network.js';
import type { Optimizer } from './optim/optimizer.js';
import type { Schedule } from './optim/schedule.js';
import type { TrainingExtension } from './training-extension.js';

/** A teacher whose answers the network learns besides the labels. */
export interface Distillation {
  /** Runs in evaluation mode and is not changed. */
  readonly teacher: Network;
  /** T of the softened answers; 4 unless given. */
  readonly temperature?: number;
  /** w in loss = (1 - w) · cross-entropy + w · T² KL; 0.5 unless given. */
  readonly weight?: number;
}

/** A training run. */
export interface FitOptions {
  /** Trained in place. */
  readonly network: Network;
  readonly data: Dataset;
  readonly epochs: number;
  /** 128 unless given. The last, smaller batch of an epoch is left out. */
  readonly batchSize?: number;
  /** One cycle that rises to 0.2 in a tenth of the run unless given. */
  readonly schedule?: Schedule;
  /** Unless given, Muon for kernels before batch norms, Nesterov SGD with momentum 0.9 and decay 5e-4 for all else. */
  readonly optimizer?: Optimizer;
  /** ε of the smoothed labels; 0 unless given. */
  readonly labelSmoothing?: number;
  /** α of mixup, for images with one label each; none unless given. */
  readonly mixup?: number;
  readonly distillation?: Distillation;
  /** The gate of every site while training, from the fraction of the run that is done; the hard step unless given. */
  readonly gateAt?: (fraction: number) => GateFunction;
  /** What a reduction method adds. */
  readonly extension?: TrainingExtension;
  /** Seeds the order of the images and their variation; 0 unless given. */
  readonly seed?: number;
  /** Holds checkpoints and metrics; a run that is there already is continued. */
  readonly runFolder?: string;
  /** Weights at the end: those of the best validation accuracy (the default) or of the last epoch. */
  readonly keep?: 'best' | 'last';
  /** Further text that must be the same when a run is continued. */
  readonly label?: string;
  readonly onProgress?: (progress: FitProgress) => void;
  /** Stops the run between two steps; what was checkpointed stays. */
  readonly signal?: AbortSignal;
}

/** Where a run stands. Reported several times a second while it trains, and once when an epoch ends. */
export interface FitProgress {
  readonly phase: 'train' | 'validate' | 'epoch';
  /** Epochs before this one. */
  readonly epoch: number;
  readonly epochs: number;
  /** Steps done in this epoch, and steps of an epoch. */
  readonly step: number;
  readonly steps: number;
  readonly learningRate: number;
  /** Mean training loss of this epoch so far; `null` before the first step. */
  readonly loss: number | null;
  /** Training images per second in this epoch; `null` outside training. */
  readonly imagesPerSecond: number | null;
  /** Time until the run ends; `null` while it is not known. */
  readonly etaSeconds: number | null;
  /** The newest finished epoch. */
  readonly metrics: EpochMetrics | null;
}

/** How a run went. */
export interface FitResult {
  /** All epochs, in order. */
  readonly curve: readonly EpochMetrics[];
  /** Training and validation time of all epochs, those of earlier processes included. */
  readonly seconds: number;
  /** Best validation accuracy and its epoch, counted from 1; `null` without a validation split. */
  readonly best: { readonly epoch: number; readonly validationAccuracy: number } | null;
}
