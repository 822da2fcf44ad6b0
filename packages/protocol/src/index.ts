export type { BundleEvent } from './bundle/client-shelf.js';
export { decodeBundleFile, encodeBundleFile, encodeBundleHeader } from './bundle/file-format.js';
export {
  clientMaterialBytes,
  decodeClientMaterial,
  decodeServerMaterial,
  encodeClientMaterial,
  encodeServerMaterial,
  serverMaterialBytes,
} from './bundle/material-bytes.js';
export { planDigest } from './bundle/plan-digest.js';
export { bundleKeyBytes, keyCheckOf, openBundle, type SodiumAead, sealBundle, sealedBytes } from './bundle/seal.js';
export {
  BundleError,
  type BundleErrorCode,
  type BundleHeader,
  type BundleStatus,
  type BundleStore,
  checkBundle,
  checkBundleId,
  oldestFirst,
  type StoredBundle,
} from './bundle/store.js';
export { type BundleLabel, BundleVault, type OpenedBundle, openBundleVault } from './bundle/vault.js';
export * from './client-session.js';
export * from './clock.js';
export * from './linear-correlations.js';
export { Link, type LinkOptions, messageWireBytes } from './link.js';
export * from './material.js';
export { protocolVersion } from './messages.js';
export * from './meter.js';
export { type StepObserver, stepNames } from './observe.js';
export * from './offline.js';
export * from './online.js';
export * from './plan.js';
export {
  type CompareVariant,
  choiceOf,
  type PlanChoice,
  type PlanDemand,
  type SiteChoice,
} from './plan-choice.js';
export * from './plan-cost.js';
export * from './planner.js';
export * from './profiles.js';
export { type RlweCorrelations, type RlweOptions, rlweCorrelations } from './rlwe-correlations.js';
export type { PlannedConvolution } from './rlwe-plan.js';
export * from './run.js';
export type { SessionSummary } from './server-requests.js';
export * from './server-session.js';
export type { SessionEvent, SessionOptions, SessionTools } from './session.js';
export type { TransferChoice, TransferPlan } from './transfer-choice.js';
export * from './transport/memory.js';
export * from './transport/recorded.js';
export * from './transport/shaped.js';
export * from './transport/types.js';
export { type WebSocketOptions, webSocketMessageBytes } from './transport/web-socket.js';
