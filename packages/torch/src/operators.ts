/**
 * The table of ATen operators that the methods of `Tensor` call.
 * @module
 */
import { tensorOp, tensorsOp } from './dispatch.js';
import type { Operand, Tensor } from './tensor.js';

/** Overloads for a tensor and for a number on the right. */
function binary(name: string, scalarOverload = 'Scalar'): (self: Tensor, other: Operand, ...rest: unknown[]) => Tensor {
  const withTensor = tensorOp(`aten::${name}.Tensor`);
  const withScalar = tensorOp(`aten::${name}.${scalarOverload}`);
  return (self, other, ...rest) => (typeof other === 'number' ? withScalar : withTensor)(self, other, ...rest);
}

/** Overloads for reductions over all dimensions and over some. */
function reduction(name: string): (self: Tensor, dims?: number | readonly number[], keepdim?: boolean) => Tensor {
  const all = tensorOp(`aten::${name}`);
  const some = tensorOp(`aten::${name}.dim${name === 'sum' ? '_IntList' : ''}`);
  return (self, dims, keepdim) => (dims === undefined ? all(self) : some(self, dims, keepdim));
}

/** The operators behind the methods of `Tensor`, by method; parameters in schema order. */
export const op = {
  add: binary('add'),
  sub: binary('sub'),
  mul: binary('mul'),
  div: binary('div'),
  add_: binary('add_'),
  sub_: binary('sub_'),
  mul_: binary('mul_'),
  div_: binary('div_'),
  pow: binary('pow', 'Tensor_Scalar'),
  gt: binary('gt'),
  ge: binary('ge'),
  lt: binary('lt'),
  le: binary('le'),
  eq: binary('eq'),
  ne: binary('ne'),
  fill_: binary('fill_'),
  sum: reduction('sum'),
  mean: reduction('mean'),
  powTensor: tensorOp('aten::pow.Tensor_Tensor'),
  lerpTensor_: tensorOp('aten::lerp_.Tensor'),
  lerpScalar_: tensorOp('aten::lerp_.Scalar'),
  neg: tensorOp('aten::neg'),
  matmul: tensorOp('aten::matmul'),
  sqrt: tensorOp('aten::sqrt'),
  rsqrt: tensorOp('aten::rsqrt'),
  exp: tensorOp('aten::exp'),
  log: tensorOp('aten::log'),
  abs: tensorOp('aten::abs'),
  sign: tensorOp('aten::sign'),
  round: tensorOp('aten::round'),
  floor: tensorOp('aten::floor'),
  erf: tensorOp('aten::erf'),
  tanh: tensorOp('aten::tanh'),
  relu: tensorOp('aten::relu'),
  gelu: tensorOp('aten::gelu'),
  sigmoid: tensorOp('aten::sigmoid'),
  softmax: tensorOp('aten::softmax.int'),
  logSoftmax: tensorOp('aten::log_softmax.int'),
  clamp: tensorOp('aten::clamp'),
  clamp_: tensorOp('aten::clamp_'),
  maximum: tensorOp('aten::maximum'),
  minimum: tensorOp('aten::minimum'),
  variance: tensorOp('aten::var.correction'),
  amax: tensorOp('aten::amax'),
  amin: tensorOp('aten::amin'),
  argmax: tensorOp('aten::argmax'),
  argsort: tensorOp('aten::argsort'),
  cumsum: tensorOp('aten::cumsum'),
  any: tensorOp('aten::any'),
  all: tensorOp('aten::all'),
  topk: tensorsOp('aten::topk'),
  sort: tensorsOp('aten::sort'),
  reshape: tensorOp('aten::reshape'),
  view: tensorOp('aten::view'),
  flatten: tensorOp('aten::flatten.using_ints'),
  transpose: tensorOp('aten::transpose.int'),
  permute: tensorOp('aten::permute'),
  narrow: tensorOp('aten::narrow'),
  select: tensorOp('aten::select.int'),
  indexSelect: tensorOp('aten::index_select'),
  gather: tensorOp('aten::gather'),
  maskedFill: tensorOp('aten::masked_fill.Scalar'),
  unsqueeze: tensorOp('aten::unsqueeze'),
  squeeze: tensorOp('aten::squeeze'),
  squeezeDim: tensorOp('aten::squeeze.dim'),
  expand: tensorOp('aten::expand'),
  repeat: tensorOp('aten::repeat'),
  flip: tensorOp('aten::flip'),
  roll: tensorOp('aten::roll'),
  logicalAnd: tensorOp('aten::logical_and'),
  logicalOr: tensorOp('aten::logical_or'),
  logicalNot: tensorOp('aten::logical_not'),
  to: tensorOp('aten::to.dtype_layout'),
  contiguous: tensorOp('aten::contiguous'),
  detach: tensorOp('aten::detach'),
  clone: tensorOp('aten::clone'),
  zero_: tensorOp('aten::zero_'),
  copy_: tensorOp('aten::copy_'),
  addcmul_: tensorOp('aten::addcmul_'),
  addcdiv_: tensorOp('aten::addcdiv_'),
};
