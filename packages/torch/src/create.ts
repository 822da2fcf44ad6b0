/**
 * New tensors: from JavaScript data, filled, counted or random.
 * @module
 */
import { binding, type TypedArray } from './binding.js';
import { effectOp, tensorOp, wrapTensor } from './dispatch.js';
import { type Device, type DType, dtypeCode, dtypeOfArray, dtypes } from './dtype.js';
import { attempt } from './native-error.js';
import type { Generator } from './random.js';
import type { Tensor } from './tensor.js';

/** Type and place of a new tensor: float32 on the CPU unless said otherwise. */
export interface TensorOptions {
  readonly dtype?: DType | undefined;
  readonly device?: Device | undefined;
}

/** As {@link TensorOptions}, drawing from `generator` rather than the default one. */
export interface RandomOptions extends TensorOptions {
  readonly generator?: Generator | undefined;
}

/** Numbers, possibly nested: every level an array of equal lengths. */
export type NestedNumbers = number | boolean | readonly NestedNumbers[];

const op = {
  zeros: tensorOp('aten::zeros'),
  ones: tensorOp('aten::ones'),
  empty: tensorOp('aten::empty.memory_format'),
  full: tensorOp('aten::full'),
  arange: tensorOp('aten::arange.start_step'),
  rand: tensorOp('aten::rand.generator'),
  randn: tensorOp('aten::randn.generator'),
  randint: tensorOp('aten::randint.low_generator'),
  randperm: tensorOp('aten::randperm.generator'),
  bernoulli_: effectOp('aten::bernoulli_.float'),
};

/**
 * Copies data into a new tensor. A typed array keeps its own type unless `dtype` says otherwise (for the 16-bit floats, a
 * Uint16Array of bits is taken as it is); nested arrays of numbers become float32, and give the shape themselves.
 * @param options.shape - Defaults to one dimension; its product must be the number of elements.
 * @throws TypeError if the data is of another kind, RangeError if shape and data disagree.
 */
export function tensor(
  data: TypedArray | NestedNumbers,
  options: TensorOptions & { readonly shape?: readonly number[] | undefined } = {},
): Tensor {
  const { values, shape } = ArrayBuffer.isView(data) ? { values: data, shape: [data.length] } : flattenNested(data);
  const dtype = options.dtype ?? (ArrayBuffer.isView(data) ? dtypeOfArray(data) : 'float32');
  const target = options.shape ?? shape;
  expectShape(target, values.length);
  const dataType = carriesBits(values, dtype) ? dtype : dtypeOfArray(values);
  const id = attempt('tensor', () =>
    binding.fromBytes(values, codeOf(dataType), target, codeOf(dtype), options.device ?? 'cpu'),
  );
  return wrapTensor(id);
}

/**
 * Copies raw little-endian elements, row-major and not necessarily aligned, into a new tensor.
 * @throws NativeError if the number of bytes is not that of the shape.
 */
export function tensorFromBytes(
  bytes: Uint8Array,
  { dtype, shape, device = 'cpu' }: { dtype: DType; shape: readonly number[]; device?: Device },
): Tensor {
  const code = codeOf(dtype);
  return wrapTensor(attempt('tensorFromBytes', () => binding.fromBytes(bytes, code, shape, code, device)));
}

/**
 * A CPU tensor over the very memory of a typed array, without a copy: each sees what the other writes. The array must
 * lie over a SharedArrayBuffer, since an ordinary buffer can be transferred away under the tensor.
 * @throws TypeError if the buffer is not shared, RangeError if shape and data disagree.
 */
export function fromBuffer(
  data: TypedArray,
  options: { readonly shape?: readonly number[] | undefined; readonly dtype?: DType | undefined } = {},
): Tensor {
  if (!(data.buffer instanceof SharedArrayBuffer))
    throw new TypeError('"data" expected a typed array over a SharedArrayBuffer, got one over an ordinary buffer');
  const dtype = options.dtype ?? dtypeOfArray(data);
  const shape = options.shape ?? [data.length];
  expectShape(shape, data.length);
  return wrapTensor(attempt('fromBuffer', () => binding.shareBytes(data, codeOf(dtype), shape)));
}

/** All zeros. */
export function zeros(shape: readonly number[], options: TensorOptions = {}): Tensor {
  return op.zeros(shape, options.dtype ?? 'float32', undefined, options.device);
}

/** All ones. */
export function ones(shape: readonly number[], options: TensorOptions = {}): Tensor {
  return op.ones(shape, options.dtype ?? 'float32', undefined, options.device);
}

/** Uninitialised memory, to be written. */
export function uncheckedEmpty(shape: readonly number[], options: TensorOptions = {}): Tensor {
  return op.empty(shape, options.dtype ?? 'float32', undefined, options.device);
}

/** `value` everywhere. */
export function full(shape: readonly number[], value: number, options: TensorOptions = {}): Tensor {
  return op.full(shape, value, options.dtype ?? 'float32', undefined, options.device);
}

/** `start`, `start + step`, … below `end`; int64 unless said otherwise. */
export function arange(start: number, end: number, step = 1, options: TensorOptions = {}): Tensor {
  return op.arange(start, end, step, options.dtype ?? 'int64', undefined, options.device);
}

/** Uniform in [0, 1). */
export function rand(shape: readonly number[], options: RandomOptions = {}): Tensor {
  return op.rand(shape, options.generator ?? null, options.dtype ?? 'float32', undefined, options.device);
}

/** Standard normal. */
export function randn(shape: readonly number[], options: RandomOptions = {}): Tensor {
  return op.randn(shape, options.generator ?? null, options.dtype ?? 'float32', undefined, options.device);
}

/** Uniform whole numbers, `low` ≤ n < `high`; int64 unless said otherwise. */
export function randint(low: number, high: number, shape: readonly number[], options: RandomOptions = {}): Tensor {
  return op.randint(low, high, shape, options.generator ?? null, options.dtype ?? 'int64', undefined, options.device);
}

/** A random order of 0 … n − 1; int64 unless said otherwise. */
export function randperm(n: number, options: RandomOptions = {}): Tensor {
  return op.randperm(n, options.generator ?? null, options.dtype ?? 'int64', undefined, options.device);
}

/** Ones with probability `probability`, else zeros. */
export function bernoulli(shape: readonly number[], probability: number, options: RandomOptions = {}): Tensor {
  const result = uncheckedEmpty(shape, options);
  op.bernoulli_(result, probability, options.generator ?? null);
  return result;
}

function codeOf(dtype: DType): number {
  const code = dtypeCode(dtype);
  if (code === undefined) throw new TypeError(`"dtype" expected one of ${dtypes.join(', ')}, got ${String(dtype)}`);
  return code;
}

// Bytes that hold the wanted type already, though their array has another natural one.
function carriesBits(values: TypedArray, dtype: DType): boolean {
  return values instanceof Uint16Array && (dtype === 'float16' || dtype === 'bfloat16');
}

function expectShape(shape: readonly number[], elements: number): void {
  const wanted = shape.reduce((product, length) => product * length, 1);
  const valid = shape.every((length) => Number.isSafeInteger(length) && length >= 0);
  if (!valid || wanted !== elements)
    throw new RangeError(`"shape" expected one of ${elements} elements, got [${shape.join(', ')}]`);
}

function flattenNested(data: NestedNumbers): { values: Float64Array; shape: number[] } {
  const shape: number[] = [];
  for (let level: NestedNumbers | undefined = data; Array.isArray(level); level = level[0]) shape.push(level.length);
  const flat: number[] = [];
  const visit = (item: NestedNumbers, depth: number): void => {
    if (!Array.isArray(item)) {
      if (depth !== shape.length || (typeof item !== 'number' && typeof item !== 'boolean'))
        throw new TypeError('"data" expected a typed array, or numbers nested to equal depths');
      flat.push(Number(item));
      return;
    }
    if (item.length !== shape[depth])
      throw new RangeError('"data" expected nested arrays of equal lengths, got ragged ones');
    for (const inner of item) visit(inner, depth + 1);
  };
  visit(data, 0);
  return { values: Float64Array.from(flat), shape };
}
