export { all } from './all.js';
export { BitReader, BitWriter } from './bit-stream.js';
export { andBits, packBits, unpackBits, wordsFor, xorBits } from './bits.js';
export { type Cost, type CostTotals, evaluateCost, type MessageCost, messageBytes } from './cost.js';
export { ProtocolError, type ProtocolErrorCode } from './errors.js';
export {
  type CompareBits,
  type CompareOptions,
  type ComparePlan,
  type CompareWindow,
  compareBits,
  MAX_DIGIT_BITS,
  planCompare,
} from './gate/compare-plan.js';
export { type Groups, groupNeurons, groupSizes } from './gate/groups.js';
export { idealCompare, idealSite, idealTruncate, idealWindowCompare } from './gate/ideal.js';
export { SingleUse } from './gate/single-use.js';
export { chunkRots, onlineBits, type SiteCost, type SiteMessageBits, siteCost } from './gate/site-cost.js';
export {
  type OtPair,
  type SiteClientCorrelation,
  type SiteServerCorrelation,
  siteOfflineClient,
  siteOfflineServer,
} from './gate/site-offline.js';
export { siteOnlineClient, siteOnlineServer } from './gate/site-online.js';
export {
  COMPARISONS_PER_CHUNK,
  chunksOf,
  type MuxMode,
  type PolynomialShape,
  planSite,
  rebuildSite,
  type SiteChunk,
  type SiteOptions,
  type SitePattern,
  type SitePlan,
  type SiteShape,
} from './gate/site-plan.js';
export { siteClientState, siteServerState } from './gate/site-state.js';
export { decodeState, encodeState, type StateCoder, type StateDescription, stateBytes } from './gate/state-coder.js';
export {
  type ClientLayer,
  linearClient,
  linearKeyCost,
  linearServer,
  linearWaveClient,
  linearWaveCost,
  linearWaveServer,
} from './linear/correlate.js';
export type { AxisLayout, ConvLayout } from './linear/layout.js';
export { type ConvolutionPlan, planConvolution } from './linear/plan.js';
export { checkWeights, type LayerWeights, WeightTransforms } from './linear/transforms.js';
export { type Group, type SodiumRistretto, sodiumGroup } from './ot/base/group.js';
export { type BaseOtKeys, type BaseOtOptions, simplestOtReceiver, simplestOtSender } from './ot/base/simplest.js';
export { type OtContext, SESSION_ID_BYTES } from './ot/domain.js';
export { ferretExtendCost, ferretLedger, ferretParametersFor, ferretSetupCost } from './ot/ferret/cost.js';
export {
  FERRET_LARGE,
  FERRET_MEDIUM,
  FERRET_SETS,
  FERRET_SMALL,
  type FerretParameters,
  netRows,
} from './ot/ferret/parameters.js';
export { ferretReceiver } from './ot/ferret/receiver.js';
export { ferretSender } from './ot/ferret/sender.js';
export type { FerretOptions } from './ot/ferret/setup.js';
export { insecureIdealOt } from './ot/ideal.js';
export { softspokenExtendCost, softspokenLedger, softspokenSetupCost } from './ot/softspoken/cost.js';
export { softspokenReceiver } from './ot/softspoken/receiver.js';
export { softspokenSender } from './ot/softspoken/sender.js';
export type { SoftspokenOptions } from './ot/softspoken/setup.js';
export type {
  BitKeys,
  BitTags,
  OtExtensionReceiver,
  OtExtensionSender,
  OtLedger,
  PadLengths,
  RandomOtReceiver,
  RandomOtSender,
  RowHash,
} from './ot/types.js';
export { type Party, peerOf } from './party.js';
export { done, type Effect, type Protocol, receive, send, step } from './protocol.js';
export { type RandomSource, seededRandom } from './random.js';
export { checkRingBits, MAX_RING_BITS, MIN_RING_BITS, reduce, reduceInto, reduceUnsigned } from './ring.js';
export { type NoiseInputs, type NoiseTerms, noiseTerms, type ResponseWidths, truncationNoise } from './rlwe/budget.js';
export { RlweClient } from './rlwe/client.js';
export { RlweServer } from './rlwe/server.js';
export { ArithmeticShare, BooleanShare } from './share.js';
export {
  type Direction,
  type Meter,
  type SimulateOptions,
  type Simulation,
  simulate,
  type Transcript,
} from './simulate.js';
