/**
 * Training and ReLU reduction: data sets, networks on libtorch, `fit`, `evaluate`, records, reduction methods.
 * @module
 */

export { type CalibrateOptions, calibrateFast } from './calibrate-fast.js';
export type { EpochMetrics } from './checkpoint.js';
export { type Batch, BatchLoader, vary } from './data/batches.js';
export { listDatasets } from './data/catalogue.js';
export {
  type Augmentation,
  type Dataset,
  type DatasetInfo,
  type Split,
  type SplitName,
  splitOf,
} from './data/dataset.js';
export { type FetchOptions, type FetchProgress, fetchDataset } from './data/fetch.js';
export { type LoadOptions, loadDataset, loadImageFolder } from './data/load.js';
export { cacheFolder, dataFolder } from './data/locate.js';
export { seededPermutation, splitValidation } from './data/split.js';
export { type EvaluateOptions, type Evaluation, evaluate } from './evaluate.js';
export { fit } from './fit.js';
export type { Distillation, FitOptions, FitProgress, FitResult } from './fit-options.js';
export { type GateFunction, smoothGate, stepGate } from './layers/gate-function.js';
export { crossEntropyLoss } from './losses/cross-entropy.js';
export { distillationLoss } from './losses/distillation.js';
export { type ForwardOptions, Network, type NetworkOptions } from './network.js';
export { type AdamOptions, adam } from './optim/adam.js';
export type { Optimizer, OptimizerState, ParameterList } from './optim/optimizer.js';
export { type Schedule, scheduleAt } from './optim/schedule.js';
export { type SgdOptions, sgd } from './optim/sgd.js';
export { type RecordInput, type RunRecord, writeRecord } from './record.js';
export type { ReductionContext, ReductionMethod, ReductionOutcome } from './reduce/method.js';
export {
  parseBudget,
  type ReduceOptions,
  type ReduceResult,
  type RegisteredMethod,
  reduce,
  reduceMethods,
} from './reduce/reduce.js';
export { type ShareOptions, type ShareState, shareMethod } from './reduce/share.js';
export { type Grouping, planUniformSharing, type SharingRule, type UniformSharing } from './reduce/uniform-sharing.js';
