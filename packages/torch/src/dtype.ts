/**
 * Element types, and the typed array that carries each of them.
 * @module
 */
import type { TypedArray } from './binding.js';

/** The element types that this package names. Others exist in libtorch and are reachable by their operators only. */
export type DType =
  | 'float32'
  | 'float64'
  | 'float16'
  | 'bfloat16'
  | 'int64'
  | 'int32'
  | 'int16'
  | 'int8'
  | 'uint8'
  | 'bool';

/** Where a tensor lives: `'cpu'`, `'cuda'`, `'cuda:1'`, `'meta'`. */
export type Device = string;

/** How the dimensions of a rank-4 tensor lie in memory. */
export type MemoryFormat = 'contiguous' | 'preserve' | 'channels_last' | 'channels_last_3d';

// The codes of c10::ScalarType and c10::MemoryFormat, fixed since serialised models depend on them.
const dtypeCodes: Readonly<Record<DType, number>> = {
  uint8: 0,
  int8: 1,
  int16: 2,
  int32: 3,
  int64: 4,
  float16: 5,
  float32: 6,
  float64: 7,
  bool: 11,
  bfloat16: 15,
};
const memoryFormatCodes: Readonly<Record<MemoryFormat, number>> = {
  contiguous: 0,
  preserve: 1,
  channels_last: 2,
  channels_last_3d: 3,
};
const dtypeNames = new Map(Object.entries(dtypeCodes).map(([name, code]) => [code, name as DType]));

/** Every {@link DType}. */
export const dtypes = Object.keys(dtypeCodes) as readonly DType[];

/** The library's code of an element type, or `undefined` for an unknown name. */
export function dtypeCode(name: string): number | undefined {
  return Object.hasOwn(dtypeCodes, name) ? dtypeCodes[name as DType] : undefined;
}

/** The library's code of a memory format, or `undefined` for an unknown name. */
export function memoryFormatCode(name: string): number | undefined {
  return Object.hasOwn(memoryFormatCodes, name) ? memoryFormatCodes[name as MemoryFormat] : undefined;
}

/**
 * The element type of a code.
 * @throws RangeError if the code is one that this package does not name.
 */
export function dtypeOfCode(code: number): DType {
  const name = dtypeNames.get(code);
  if (name === undefined) throw new RangeError(`"dtype" expected one of ${dtypes.join(', ')}, got ScalarType ${code}`);
  return name;
}

/** Bytes of one element. */
export function elementBytes(dtype: DType): number {
  switch (dtype) {
    case 'bool':
    case 'uint8':
    case 'int8':
      return 1;
    case 'int16':
    case 'float16':
    case 'bfloat16':
      return 2;
    case 'int32':
    case 'float32':
      return 4;
    case 'int64':
    case 'float64':
      return 8;
    default:
      throw dtype satisfies never;
  }
}

/** The element type that a typed array holds naturally. @throws TypeError for arrays without one. */
export function dtypeOfArray(data: TypedArray): DType {
  if (data instanceof Float32Array) return 'float32';
  if (data instanceof Float64Array) return 'float64';
  if (data instanceof BigInt64Array) return 'int64';
  if (data instanceof Int32Array) return 'int32';
  if (data instanceof Int16Array) return 'int16';
  if (data instanceof Int8Array) return 'int8';
  if (data instanceof Uint8Array || data instanceof Uint8ClampedArray) return 'uint8';
  throw new TypeError('"data" expected a typed array with an element type of its own, got Uint16Array: give "dtype"');
}

/** A zeroed array of `size` elements for the values of `dtype`; the 16-bit floats have none and get their bits. */
export function allocate(dtype: DType, size: number): TypedArray {
  switch (dtype) {
    case 'float32':
      return new Float32Array(size);
    case 'float64':
      return new Float64Array(size);
    case 'float16':
    case 'bfloat16':
      return new Uint16Array(size);
    case 'int64':
      return new BigInt64Array(size);
    case 'int32':
      return new Int32Array(size);
    case 'int16':
      return new Int16Array(size);
    case 'int8':
      return new Int8Array(size);
    case 'uint8':
    case 'bool':
      return new Uint8Array(size);
    default:
      throw dtype satisfies never;
  }
}
