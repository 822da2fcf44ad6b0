/**
 * What a tensor is, without its operators: shape, element type, device, and its elements as typed arrays.
 * @module
 */
import { binding, type TypedArray } from './binding.js';
import { allocate, type Device, type DType, dtypeOfCode } from './dtype.js';
import { Handle, idOf } from './handle.js';
import { attempt } from './native-error.js';
import { track } from './scope.js';

/** Forgets what is remembered about a tensor; called after an operator wrote to it, which may have resized it. */
export let refresh: (tensor: TensorHandle) => void;

/** The base of `Tensor`. */
export abstract class TensorHandle extends Handle {
  #shape: readonly number[] | null = null;
  #dtype: DType | null = null;

  protected constructor(id: number) {
    super(id);
    track(this);
  }

  /** The length of each dimension; empty for a scalar. */
  get shape(): readonly number[] {
    this.#shape ??= Object.freeze(binding.shape(idOf(this)));
    return this.#shape;
  }

  /** The step in elements along each dimension. */
  get strides(): readonly number[] {
    return binding.strides(idOf(this));
  }

  /** The type of the elements. @throws RangeError if it is one that {@link DType} does not name. */
  get dtype(): DType {
    this.#dtype ??= dtypeOfCode(binding.dtype(idOf(this)));
    return this.#dtype;
  }

  /** Where the elements live. */
  get device(): Device {
    return binding.device(idOf(this));
  }

  /** The number of elements. */
  get size(): number {
    return this.shape.reduce((product, length) => product * length, 1);
  }

  /** Whether operators on it are recorded for differentiation. */
  get requiresGrad(): boolean {
    return binding.requiresGrad(idOf(this));
  }

  /** Whether it was made by the user rather than by a recorded operator. */
  get isLeaf(): boolean {
    return binding.isLeaf(idOf(this));
  }

  /** The one element as a number; booleans as 0 or 1. @throws NativeError unless there is exactly one element. */
  item(): number {
    return Number(attempt('item', () => binding.item(idOf(this))));
  }

  /**
   * A copy of the elements in row-major order, whatever the strides: int64 as BigInt64Array, bool as Uint8Array, the
   * 16-bit floats widened to Float32Array, every other type as its own typed array.
   */
  toArray(): Exclude<TypedArray, Uint16Array | Uint8ClampedArray> {
    const dtype = this.dtype;
    if (dtype === 'float16' || dtype === 'bfloat16') return this.toFloat32();
    return this.#copy(allocate(dtype, this.size)) as Exclude<TypedArray, Uint16Array | Uint8ClampedArray>;
  }

  /** A copy of the elements, converted to float32. */
  toFloat32(): Float32Array {
    if (this.dtype === 'float32') return this.#copy(new Float32Array(this.size));
    const widened = this.convert('float32');
    try {
      return widened.toFloat32();
    } finally {
      widened.free();
    }
  }

  /** A copy of the elements as numbers, in row-major order; int64 beyond 2^53 loses its last bits. */
  toNumbers(): number[] {
    return Array.from(this.toArray(), Number);
  }

  /** A copy of the raw little-endian bytes, in row-major order. */
  toBytes(): Uint8Array {
    const array = this.#copy(allocate(this.dtype, this.size));
    return new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
  }

  /** E.g. `Tensor float32[2, 3]`. */
  override toString(): string {
    return this.freed ? 'Tensor (freed)' : `Tensor ${describe(this)}`;
  }

  /** This tensor in another element type. */
  protected abstract convert(dtype: DType): TensorHandle;

  #copy<T extends TypedArray>(into: T): T {
    attempt('copyOut', () => binding.copyOut(idOf(this), into));
    return into;
  }

  static {
    refresh = (tensor) => {
      tensor.#shape = null;
      tensor.#dtype = null;
    };
  }
}

/** E.g. `float32[2, 3]`. Never throws: it serves error messages. */
export function describe(tensor: TensorHandle): string {
  if (tensor.freed) return 'freed';
  try {
    const device = tensor.device === 'cpu' ? '' : ` on ${tensor.device}`;
    return `${tensor.dtype}[${tensor.shape.join(', ')}]${device}`;
  } catch {
    return 'of an unnamed type';
  }
}
