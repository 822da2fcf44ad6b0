export * from './build.js';
export { type Bundle, type BundleOptions, decodeBundle, encodeBundle } from './bundle/bundle.js';
export { fromHalf } from './bundle/half.js';
export { decodeIntegerGraph, encodeIntegerGraph, publicHash } from './bundle/integer-graph.js';
export * from './dump.js';
export * from './errors.js';
export * from './gate-cost.js';
export type * from './gate-map.js';
export { withAffine } from './gates/affine.js';
export { bitAt, bitset, countBits } from './gates/bitset.js';
export { blockGates, type ChannelSharing, channelGates, contiguousGroups, stridedGroups } from './gates/channel.js';
export { compileGates } from './gates/compile.js';
export { applyGates, evaluateGates } from './gates/evaluate.js';
export { layerGates } from './gates/layer.js';
export { linearGates, maskGates, polynomialGates } from './gates/mask.js';
export { type PatchSize, patchGates } from './gates/patch.js';
export { plainGates } from './gates/plain.js';
export { gateMapOf, siteNodes, siteShape } from './gates/site-shape.js';
export { validateGateMap, validateGateMaps } from './gates/validate.js';
export type * from './graph.js';
export { calibrate, type Ranges } from './integer/calibrate.js';
export {
  boundWindow,
  compareWindow,
  compareWindows,
  narrowWindows,
  type ScoreWindow,
} from './integer/compare-window.js';
export {
  convGeometry,
  convOutputSize,
  type IntegerConvGeometry,
  type IntegerConvolve,
  integerConvolve,
} from './integer/convolve.js';
export { evaluateLocal, isLocal, type LocalNode } from './integer/local.js';
export { type QuantizeOptions, quantize } from './integer/quantize.js';
export { ringReduce } from './integer/ring.js';
export { shareDistanceBound } from './integer/share-distance.js';
export { gateSite, quadraticSite, siteDecisions, siteScores, truncateSite } from './integer/site.js';
export type * from './integer-graph.js';
export { verifyIntegerGraph, verifyIntegerModel } from './integer-verify.js';
export * from './interpret/float.js';
export * from './interpret/integer.js';
export { sizeOf } from './ops/spec.js';
export { applyGateMap } from './passes/apply-gate-map.js';
export { dropIdentity } from './passes/drop-identity.js';
export { foldBatchNorm } from './passes/fold-batch-norm.js';
export { poolBeforeRelu } from './passes/pool-before-relu.js';
export { verify, weightShapes } from './passes/verify.js';
export {
  decodeSafetensors,
  encodeSafetensors,
  type RawDType,
  type RawTensor,
  type Safetensors,
} from './safetensors.js';
export { inferShapes } from './shapes.js';
export type { ZooOptions } from './zoo/options.js';
export { importPytorch, type PytorchOptions } from './zoo/pytorch.js';
export { buildZoo, type ZooName, zoo, zooNames } from './zoo/zoo.js';
