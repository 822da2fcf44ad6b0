/**
 * Tensors that are known at import: weights, and the shape arithmetic that exporters write around reshapes.
 * @module
 */
import { FormatError, fromHalf } from '@relent/graph';
import type { TensorProto } from '../generated/onnx_pb.js';

/** One element of an integer constant: a number, or the batch size, which is not known. */
export type Dim = number | 'batch';

/** A tensor whose elements are known. */
export type Constant =
  | { readonly type: 'float'; readonly shape: readonly number[]; readonly data: Float32Array }
  | { readonly type: 'int'; readonly shape: readonly number[]; readonly data: readonly Dim[] };

/** Reads `length` bytes at `offset` of an external data file; all bytes from there when `length` is undefined. */
export type ExternalData = (location: string, offset: number, length: number | undefined) => Uint8Array;

/** Codes of TensorProto.DataType that are read, with the bytes of one raw element. */
const dataTypes = new Map<number, { readonly name: string; readonly bytes: number; readonly type: 'float' | 'int' }>([
  [1, { name: 'FLOAT', bytes: 4, type: 'float' }],
  [10, { name: 'FLOAT16', bytes: 2, type: 'float' }],
  [16, { name: 'BFLOAT16', bytes: 2, type: 'float' }],
  [11, { name: 'DOUBLE', bytes: 8, type: 'float' }],
  [2, { name: 'UINT8', bytes: 1, type: 'int' }],
  [3, { name: 'INT8', bytes: 1, type: 'int' }],
  [6, { name: 'INT32', bytes: 4, type: 'int' }],
  [7, { name: 'INT64', bytes: 8, type: 'int' }],
  [9, { name: 'BOOL', bytes: 1, type: 'int' }],
]);

/** Number of elements of a shape. */
export function elementCount(shape: readonly number[]): number {
  return shape.reduce((product, n) => product * n, 1);
}

/**
 * Reads a tensor of the file. Nothing is allocated before the data are known to be there.
 * @param where - how messages call it.
 * @throws FormatError if the type is not one that relent reads, or the data do not fit the shape.
 */
export function readTensor(tensor: TensorProto, where: string, external: ExternalData | undefined): Constant {
  const type = dataTypes.get(tensor.dataType);
  if (!type)
    throw new FormatError(
      `${where}: "data_type" expected ${[...dataTypes.values()].map(({ name }) => name).join(', ')}, got code ${tensor.dataType}`,
    );
  const shape = tensor.dims.map((dim) => {
    if (dim < 0n || dim > BigInt(2 ** 40)) throw new FormatError(`${where}: "dims" expected sizes, got ${dim}`);
    return Number(dim);
  });
  if (shape.length > 8) throw new FormatError(`${where}: "dims" expected at most 8 of them, got ${shape.length}`);
  const count = elementCount(shape);
  const raw = rawBytes(tensor, where, external);
  if (raw) {
    if (raw.length !== count * type.bytes)
      throw new FormatError(
        `${where}: "raw_data" expected ${count * type.bytes} bytes for ${type.name} [${shape.join(', ')}], got ${raw.length}`,
      );
    return readRaw(raw, type.name, shape, count, where);
  }
  const listed = listedData(tensor, type.name);
  if (listed.length !== count)
    throw new FormatError(
      `${where}: "data" expected ${count} elements for ${type.name} [${shape.join(', ')}], got ${listed.length}`,
    );
  if (type.type === 'int') return { type: 'int', shape, data: Array.from(listed, (value) => toInteger(value, where)) };
  const data = Float32Array.from(listed as readonly number[]);
  if (type.name === 'FLOAT16') return { type: 'float', shape, data: data.map((bits) => fromHalf(bits & 0xffff)) };
  if (type.name === 'BFLOAT16') return { type: 'float', shape, data: data.map(floatFromBrain) };
  return { type: 'float', shape, data };
}

function rawBytes(tensor: TensorProto, where: string, external: ExternalData | undefined): Uint8Array | null {
  if (tensor.dataLocation === 0) return tensor.rawData.length > 0 ? tensor.rawData : null;
  const entries = new Map(tensor.externalData.map(({ key, value }) => [key, value]));
  const location = entries.get('location') ?? '';
  const offset = externalNumber(entries.get('offset') ?? '0', 'offset', where);
  const text = entries.get('length');
  const length = text === undefined ? undefined : externalNumber(text, 'length', where);
  if (!external)
    throw new FormatError(`${where}: "external_data" expected a reader of ${JSON.stringify(location)}, got none`);
  return external(location, offset, length);
}

function externalNumber(text: string, key: string, where: string): number {
  if (!/^\d{1,15}$/.test(text))
    throw new FormatError(`${where}: "external_data.${key}" expected a number of bytes, got ${JSON.stringify(text)}`);
  return Number(text);
}

function listedData(tensor: TensorProto, name: string): ArrayLike<number | bigint> {
  switch (name) {
    case 'FLOAT':
      return tensor.floatData;
    case 'DOUBLE':
      return tensor.doubleData;
    case 'INT64':
      return tensor.int64Data;
    default:
      return tensor.int32Data;
  }
}

function toInteger(value: number | bigint, where: string): number {
  const number = Number(value);
  // Slices end at the largest integer: beyond what a double holds, only the size matters.
  if (Number.isNaN(number)) throw new FormatError(`${where}: "data" expected integers, got ${value}`);
  return number;
}

function readRaw(raw: Uint8Array, name: string, shape: readonly number[], count: number, where: string): Constant {
  const view = new DataView(raw.buffer, raw.byteOffset, raw.byteLength);
  const floats = (get: (i: number) => number): Constant => {
    const data = new Float32Array(count);
    for (let i = 0; i < count; i++) data[i] = get(i);
    return { type: 'float', shape, data };
  };
  const integers = (get: (i: number) => number): Constant => {
    return { type: 'int', shape, data: Array.from({ length: count }, (_, i) => get(i)) };
  };
  switch (name) {
    case 'FLOAT':
      return floats((i) => view.getFloat32(4 * i, true));
    case 'FLOAT16':
      return floats((i) => fromHalf(view.getUint16(2 * i, true)));
    case 'BFLOAT16':
      return floats((i) => floatFromBrain(view.getUint16(2 * i, true)));
    case 'DOUBLE':
      return floats((i) => view.getFloat64(8 * i, true));
    case 'INT64':
      return integers((i) => toInteger(view.getBigInt64(8 * i, true), where));
    case 'INT32':
      return integers((i) => view.getInt32(4 * i, true));
    case 'INT8':
      return integers((i) => view.getInt8(i));
    default:
      return integers((i) => view.getUint8(i));
  }
}

/** The upper half of a float32. */
function floatFromBrain(bits: number): number {
  const view = new DataView(new ArrayBuffer(4));
  view.setUint32(0, (bits & 0xffff) * 65536);
  return view.getFloat32(0);
}
