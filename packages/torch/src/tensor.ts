/**
 * The tensor and its operators. Methods return new tensors, owned by the innermost scope; those whose names end in `_`
 * write to this one and return it.
 * @module
 */
import { binding } from './binding.js';
import { registerTensor } from './dispatch.js';
import type { Device, DType, MemoryFormat } from './dtype.js';
import { idOf } from './handle.js';
import { attempt } from './native-error.js';
import { op } from './operators.js';
import { TensorHandle } from './tensor-handle.js';

/** A tensor, or a number that stands for a tensor of it. Whole numbers keep integer tensors integer. */
export type Operand = Tensor | number;

/** An array of numbers in native memory. Broadcasting, type promotion and dimension rules are libtorch's. */
export class Tensor extends TensorHandle {
  private constructor(id: number) {
    super(id);
  }

  // Arithmetic, element by element.

  /** `this + alpha · other` */
  add(other: Operand, { alpha = 1 }: { alpha?: number } = {}): Tensor {
    return op.add(this, other, alpha);
  }
  /** `this − alpha · other` */
  sub(other: Operand, { alpha = 1 }: { alpha?: number } = {}): Tensor {
    return op.sub(this, other, alpha);
  }
  mul(other: Operand): Tensor {
    return op.mul(this, other);
  }
  /** True division: integers become floats. */
  div(other: Operand): Tensor {
    return op.div(this, other);
  }
  pow(exponent: Operand): Tensor {
    return typeof exponent === 'number' ? op.pow(this, exponent) : op.powTensor(this, exponent);
  }
  neg(): Tensor {
    return op.neg(this);
  }
  sqrt(): Tensor {
    return op.sqrt(this);
  }
  rsqrt(): Tensor {
    return op.rsqrt(this);
  }
  exp(): Tensor {
    return op.exp(this);
  }
  log(): Tensor {
    return op.log(this);
  }
  abs(): Tensor {
    return op.abs(this);
  }
  sign(): Tensor {
    return op.sign(this);
  }
  /** To the nearest whole number, halves to even. */
  round(): Tensor {
    return op.round(this);
  }
  floor(): Tensor {
    return op.floor(this);
  }
  erf(): Tensor {
    return op.erf(this);
  }
  tanh(): Tensor {
    return op.tanh(this);
  }
  relu(): Tensor {
    return op.relu(this);
  }
  gelu(): Tensor {
    return op.gelu(this);
  }
  sigmoid(): Tensor {
    return op.sigmoid(this);
  }
  softmax(dim: number): Tensor {
    return op.softmax(this, dim);
  }
  logSoftmax(dim: number): Tensor {
    return op.logSoftmax(this, dim);
  }
  /** Values below `min` become `min`, above `max` become `max`; null leaves a side open. */
  clamp(min: number | null, max: number | null = null): Tensor {
    return op.clamp(this, min, max);
  }
  maximum(other: Tensor): Tensor {
    return op.maximum(this, other);
  }
  minimum(other: Tensor): Tensor {
    return op.minimum(this, other);
  }
  /** The matrix product, batched over leading dimensions. */
  matmul(other: Tensor): Tensor {
    return op.matmul(this, other);
  }

  // Comparison: bool results.

  gt(other: Operand): Tensor {
    return op.gt(this, other);
  }
  ge(other: Operand): Tensor {
    return op.ge(this, other);
  }
  lt(other: Operand): Tensor {
    return op.lt(this, other);
  }
  le(other: Operand): Tensor {
    return op.le(this, other);
  }
  eq(other: Operand): Tensor {
    return op.eq(this, other);
  }
  ne(other: Operand): Tensor {
    return op.ne(this, other);
  }
  logicalAnd(other: Tensor): Tensor {
    return op.logicalAnd(this, other);
  }
  logicalOr(other: Tensor): Tensor {
    return op.logicalOr(this, other);
  }
  logicalNot(): Tensor {
    return op.logicalNot(this);
  }

  // Reductions: over all elements unless dimensions are named.

  sum(dims?: number | readonly number[], keepdim = false): Tensor {
    return op.sum(this, dims, keepdim);
  }
  mean(dims?: number | readonly number[], keepdim = false): Tensor {
    return op.mean(this, dims, keepdim);
  }
  /** The mean squared deviation, divided by `n − correction`. */
  variance(dims: number | readonly number[] | null = null, correction = 1, keepdim = false): Tensor {
    return op.variance(this, dims, correction, keepdim);
  }
  amax(dims: number | readonly number[] = [], keepdim = false): Tensor {
    return op.amax(this, dims, keepdim);
  }
  amin(dims: number | readonly number[] = [], keepdim = false): Tensor {
    return op.amin(this, dims, keepdim);
  }
  /** int64 positions of the largest elements; over the flattened tensor if no dimension is named. */
  argmax(dim: number | null = null, keepdim = false): Tensor {
    return op.argmax(this, dim, keepdim);
  }
  argsort(dim = -1, descending = false): Tensor {
    return op.argsort(this, dim, descending);
  }
  sort(dim = -1, descending = false): { values: Tensor; indices: Tensor } {
    const [values, indices] = op.sort(this, dim, descending);
    return { values: values!, indices: indices! };
  }
  /** The `k` largest (or smallest) along `dim`, in order. */
  topk(k: number, dim = -1, largest = true): { values: Tensor; indices: Tensor } {
    const [values, indices] = op.topk(this, k, dim, largest);
    return { values: values!, indices: indices! };
  }
  cumsum(dim: number): Tensor {
    return op.cumsum(this, dim);
  }
  any(): Tensor {
    return op.any(this);
  }
  all(): Tensor {
    return op.all(this);
  }

  // Shape. All but reshape, contiguous, gather and indexSelect share memory with this tensor where they can.

  /** One length may be −1. */
  reshape(shape: readonly number[]): Tensor {
    return op.reshape(this, shape);
  }
  view(shape: readonly number[]): Tensor {
    return op.view(this, shape);
  }
  flatten(start = 0, end = -1): Tensor {
    return op.flatten(this, start, end);
  }
  transpose(a: number, b: number): Tensor {
    return op.transpose(this, a, b);
  }
  permute(dims: readonly number[]): Tensor {
    return op.permute(this, dims);
  }
  narrow(dim: number, start: number, length: number): Tensor {
    return op.narrow(this, dim, start, length);
  }
  select(dim: number, index: number): Tensor {
    return op.select(this, dim, index);
  }
  indexSelect(dim: number, index: Tensor): Tensor {
    return op.indexSelect(this, dim, index);
  }
  gather(dim: number, index: Tensor): Tensor {
    return op.gather(this, dim, index);
  }
  maskedFill(mask: Tensor, value: number): Tensor {
    return op.maskedFill(this, mask, value);
  }
  unsqueeze(dim: number): Tensor {
    return op.unsqueeze(this, dim);
  }
  squeeze(dim?: number): Tensor {
    return dim === undefined ? op.squeeze(this) : op.squeezeDim(this, dim);
  }
  expand(shape: readonly number[]): Tensor {
    return op.expand(this, shape);
  }
  repeat(times: readonly number[]): Tensor {
    return op.repeat(this, times);
  }
  flip(dims: readonly number[]): Tensor {
    return op.flip(this, dims);
  }
  roll(shifts: number | readonly number[], dims: number | readonly number[] = []): Tensor {
    return op.roll(this, shifts, dims);
  }

  // Type, place and layout. The result shares memory when nothing changes.

  typeAs(other: Tensor): Tensor {
    return op.to(this, other.dtype, undefined, other.device);
  }
  to(target: {
    dtype?: DType | undefined;
    device?: Device | undefined;
    memoryFormat?: MemoryFormat | undefined;
  }): Tensor {
    return op.to(this, target.dtype, undefined, target.device, undefined, undefined, undefined, target.memoryFormat);
  }
  contiguous(memoryFormat: MemoryFormat = 'contiguous'): Tensor {
    return op.contiguous(this, memoryFormat);
  }
  clone(): Tensor {
    return op.clone(this);
  }
  protected override convert(dtype: DType): Tensor {
    return op.to(this, dtype);
  }

  // Differentiation.

  /** The same memory, outside the recorded graph. */
  detach(): Tensor {
    return op.detach(this);
  }
  requiresGrad_(requires = true): this {
    attempt('requiresGrad_', () => binding.setRequiresGrad(idOf(this), requires));
    return this;
  }
  /** The accumulated gradient, as a new handle on the same memory; null before the first `backward`. */
  get grad(): Tensor | null {
    const id = attempt('grad', () => binding.gradOf(idOf(this)));
    return id === null ? null : new Tensor(id);
  }
  set grad(gradient: Tensor | null) {
    attempt('grad', () => binding.setGrad(idOf(this), gradient === null ? null : idOf(gradient)));
  }
  /** Adds d this / d leaf to every leaf's gradient. A tensor with several elements needs the `gradient` above it. */
  backward(gradient: Tensor | null = null, { retainGraph = false }: { retainGraph?: boolean } = {}): void {
    attempt('backward', () => binding.backward([idOf(this)], [gradient && idOf(gradient)], retainGraph));
  }

  // In place.

  add_(other: Operand, { alpha = 1 }: { alpha?: number } = {}): this {
    return op.add_(this, other, alpha) as this;
  }
  sub_(other: Operand, { alpha = 1 }: { alpha?: number } = {}): this {
    return op.sub_(this, other, alpha) as this;
  }
  mul_(other: Operand): this {
    return op.mul_(this, other) as this;
  }
  div_(other: Operand): this {
    return op.div_(this, other) as this;
  }
  zero_(): this {
    return op.zero_(this) as this;
  }
  fill_(value: Operand): this {
    return op.fill_(this, value) as this;
  }
  copy_(source: Tensor): this {
    return op.copy_(this, source) as this;
  }
  clamp_(min: number | null, max: number | null = null): this {
    return op.clamp_(this, min, max) as this;
  }
  /** `this += value · a · b` */
  addcmul_(a: Tensor, b: Tensor, { value = 1 }: { value?: number } = {}): this {
    return op.addcmul_(this, a, b, value) as this;
  }
  /** `this += value · a / b` */
  addcdiv_(a: Tensor, b: Tensor, { value = 1 }: { value?: number } = {}): this {
    return op.addcdiv_(this, a, b, value) as this;
  }
  /** `this += weight · (end − this)` */
  lerp_(end: Tensor, weight: Operand): this {
    return (typeof weight === 'number' ? op.lerpScalar_ : op.lerpTensor_)(this, end, weight) as this;
  }

  static {
    registerTensor((id) => new Tensor(id));
  }
}
