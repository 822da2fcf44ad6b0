/**
 * Training and ReLU reduction: data sets, networks on libtorch, `fit`, `evaluate`, records, reduction methods.
 * @module
 */

export { type CalibrateOptions, calibrateFast } from './calibrate-fast.js';
export type { EpochMetrics } from './checkpoint.js';
export { type ClassAccuracy, evaluateClasses } from './class-accuracy.js';
export { type ComputeOptions, type Precision, precisions } from './compute.js';
export { type Batch, BatchLoader, type EpochPlan } from './data/batches.js';
export { listDatasets } from './data/catalogue.js';
export {
  type Augmentation,
  type Dataset,
  type DatasetInfo,
  IGNORED_LABEL,
  type Split,
  type SplitName,
  splitOf,
} from './data/dataset.js';
export { type FetchOptions, type FetchProgress, fetchDataset } from './data/fetch.js';
export { type LoadOptions, loadDataset, loadImageFolder, locateDataset } from './data/load.js';
export { cacheFolder, dataFolder } from './data/locate.js';
export { drawBeta, mix } from './data/mixup.js';
export { seededPermutation, splitValidation } from './data/split.js';
export { drawVariation, vary } from './data/variation.js';
export { type EvaluateOptions, type Evaluation, evaluate } from './evaluate.js';
export { fit } from './fit.js';
export type { Distillation, FitOptions, FitProgress, FitResult } from './fit-options.js';
export { type CostAndAccuracy, hypervolume, paretoFront } from './frontier.js';
export { type GateFunction, smoothGate, stepGate, straightThroughGate } from './layers/gate-function.js';
export type { SiteFunction } from './layers/layer.js';
export { attentionMap, attentionTransferLoss } from './losses/attention-transfer.js';
export { crossEntropyLoss } from './losses/cross-entropy.js';
export { distillationLoss } from './losses/distillation.js';
export { type ForwardOptions, Network, type NetworkOptions } from './network.js';
export { type AdamOptions, adam } from './optim/adam.js';
export { type MuonOptions, muon, normedKernels, orthogonalised } from './optim/muon.js';
export type { Optimizer, OptimizerState, ParameterList } from './optim/optimizer.js';
export { type Schedule, scheduleAt } from './optim/schedule.js';
export { type SgdOptions, sgd } from './optim/sgd.js';
export { PixelAnswers } from './pixel-answers.js';
export { type RecordInput, type RunRecord, writeRecord } from './record.js';
export { allocate } from './reduce/allocation.js';
export { type AutoOptions, autoMethod, type NetworkCostModel, type SiteCostModel } from './reduce/auto.js';
export { type AutorepOptions, autorepMethod } from './reduce/autorep.js';
export { type BcdOptions, bcdMethod } from './reduce/bcd.js';
export type { ComposeOptions, ComposeStage } from './reduce/compose.js';
export {
  type DeepreduceFamily,
  type DeepreduceMember,
  type DeepreduceOptions,
  deepreduceFamily,
  deepreduceMethod,
} from './reduce/deepreduce.js';
export { type DeepshareOptions, deepshareMethod, transitionalGate } from './reduce/deepshare.js';
export { type KnapsackOptions, knapsackMethod } from './reduce/knapsack.js';
export { type KnapsackChoice, type KnapsackSolution, solveKnapsack } from './reduce/knapsack-dp.js';
export { type LinearOptions, linearMethod } from './reduce/linear.js';
export type { FamilyMember, ReductionContext, ReductionMethod, ReductionOutcome } from './reduce/method.js';
export {
  expectOptions,
  type ReduceOptions,
  type ReduceResult,
  reduce,
  reduceMethods,
} from './reduce/reduce.js';
export type { RegisteredMethod } from './reduce/registered-method.js';
export { type SenetOptions, senetMethod } from './reduce/senet.js';
export { type ShareOptions, type ShareState, shareMethod } from './reduce/share.js';
export { type SiteCandidate, type SiteSummary, siteCost } from './reduce/site-forms.js';
export type { Grouping, SharingRule, SiteSharing } from './reduce/site-sharing.js';
export { type SnlOptions, snlMethod } from './reduce/snl.js';
export { type Stage, type StageState, stageMaps, stagesOf, thinnedSites } from './reduce/stages.js';
export { planUniformSharing, type UniformSharing } from './reduce/uniform-sharing.js';
export { parseSweepPlan, type SweepCell, type SweepPlan, sweepCells } from './sweep-plan.js';
export type { TrainingBatch, TrainingExtension } from './training-extension.js';
