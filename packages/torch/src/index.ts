/**
 * Thin libtorch for Node: every ATen operator by its schema, autograd, scopes that free memory deterministically.
 * @module
 */
export {
  backward,
  enableGrad,
  grad,
  gradients,
  noGrad,
  zeroGrad,
} from './autograd.js';
export type { TypedArray } from './binding.js';
export {
  arange,
  bernoulli,
  fromBuffer,
  full,
  type NestedNumbers,
  ones,
  type RandomOptions,
  rand,
  randint,
  randn,
  randperm,
  type TensorOptions,
  tensor,
  tensorFromBytes,
  uncheckedEmpty,
  zeros,
} from './create.js';
export { call, operatorNames, type Result, schema, schemaTexts } from './dispatch.js';
export { type Device, type DType, dtypes, elementBytes, type MemoryFormat } from './dtype.js';
export {
  foreachAdd,
  foreachAdd_,
  foreachAddcdiv_,
  foreachAddcmul_,
  foreachDiv_,
  foreachMul,
  foreachMul_,
  foreachNorm,
  foreachSqrt,
  foreachSqrt_,
  foreachSub_,
  foreachZero_,
} from './foreach.js';
export { liveHandles } from './handle.js';
export { writeAtomically } from './io/atomic-write.js';
export { loadNpy, saveNpy } from './io/npy.js';
export { type LoadedSafetensors, loadSafetensors, saveSafetensors } from './io/safetensors.js';
export { cat, stack, where } from './join.js';
export { crossEntropy, klDiv, mseLoss, nllLoss, type Reduction } from './loss.js';
export { NativeError } from './native-error.js';
export {
  adaptiveAvgPool2d,
  avgPool2d,
  batchNorm,
  conv2d,
  dropout,
  interpolate,
  linear,
  maxPool2d,
  type Pair,
  pad,
} from './nn.js';
export { Generator, manualSeed } from './random.js';
export {
  cudaAvailable,
  cudaDeviceCount,
  cudaSynchronize,
  getThreads,
  setCudaTuning,
  setThreads,
  version,
} from './runtime.js';
export {
  type AliasSet,
  parseSchema,
  printSchema,
  printType,
  type Schema,
  type SchemaArgument,
  type SchemaType,
} from './schema.js';
export { keep, scope } from './scope.js';
export { type Operand, Tensor } from './tensor.js';
