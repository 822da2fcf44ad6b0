/**
 * The safetensors container: a JSON header with names, types and shapes, then the bare tensor bytes.
 *
 * Source: safetensors format, huggingface/safetensors README ("Format"). Stricter than it in one point: a repeated
 * key is an error, as the format says and JSON parsers do not check.
 * @module
 */
import { FormatError } from './errors.js';
import { parseJson } from './json-text.js';
import { decodeUtf8, encodeUtf8 } from './utf8.js';

/** Bytes of one element of each type that this codec knows. */
const elementBytes = { F64: 8, I64: 8, F32: 4, I32: 4, F16: 2, BF16: 2, I16: 2, I8: 1, U8: 1, BOOL: 1 } as const;

/** The format's own limit on the header. */
const maxHeaderBytes = 100_000_000;

/** Element type of a {@link RawTensor}. */
export type RawDType = keyof typeof elementBytes;

/** One tensor as bytes: row-major, little-endian. Decoded data is a view of the file's bytes, which need not be aligned. */
export interface RawTensor {
  readonly dtype: RawDType;
  readonly shape: readonly number[];
  readonly data: Uint8Array;
}

/** What a safetensors file holds. */
export interface Safetensors {
  readonly metadata: ReadonlyMap<string, string>;
  readonly tensors: ReadonlyMap<string, RawTensor>;
}

/**
 * Reads a safetensors file. Tensor data are views of `bytes`, in the order of the header.
 * @throws FormatError if the header is malformed, repeats a key, or the data overlap, leave a hole or are truncated.
 */
export function decodeSafetensors(bytes: Uint8Array): Safetensors {
  const headerBytes = readHeaderLength(bytes);
  const header = parseJson(decodeUtf8(bytes.subarray(8, 8 + headerBytes)), 'safetensors header');
  if (!isRecord(header)) throw new FormatError('"safetensors header" expected a JSON object, got another value');
  const data = bytes.subarray(8 + headerBytes);
  const metadata = new Map<string, string>();
  const placed: { name: string; start: number; end: number }[] = [];
  const tensors = new Map<string, RawTensor>();
  for (const [name, entry] of Object.entries(header)) {
    if (name === '__metadata__') {
      if (!isRecord(entry)) throw new FormatError('"__metadata__" expected a JSON object, got another value');
      for (const [key, value] of Object.entries(entry)) {
        if (typeof value !== 'string')
          throw new FormatError(`"__metadata__.${key}" expected a string, got ${typeof value}`);
        metadata.set(key, value);
      }
      continue;
    }
    const { dtype, shape, start, end } = readEntry(name, entry, data.length);
    placed.push({ name, start, end });
    tensors.set(name, { dtype, shape, data: data.subarray(start, end) });
  }
  placed.sort((x, y) => x.start - y.start || x.end - y.end);
  let position = 0;
  for (const { name, start, end } of placed) {
    if (start !== position)
      throw new FormatError(`"${name}.data_offsets" expected to start at ${position}, got ${start}`);
    position = end;
  }
  if (position !== data.length)
    throw new FormatError(`"safetensors data" expected ${position} bytes, got ${data.length}`);
  return { metadata, tensors };
}

/**
 * Writes a safetensors file: tensors by falling element size, then name, so that every tensor is aligned in the file.
 * The same content gives the same bytes, whatever the order of the maps.
 * @throws RangeError if a tensor's data does not have the length that its shape and type ask for.
 */
export function encodeSafetensors(
  tensors: ReadonlyMap<string, RawTensor>,
  metadata: ReadonlyMap<string, string> = new Map(),
): Uint8Array {
  const ordered = orderTensors(tensors);
  const header = encodeSafetensorsHeader(tensors, metadata);
  const total = ordered.reduce((sum, [, tensor]) => sum + tensor.data.length, 0);
  const bytes = new Uint8Array(header.length + total);
  bytes.set(header);
  let position = header.length;
  for (const [, tensor] of ordered) {
    bytes.set(tensor.data, position);
    position += tensor.data.length;
  }
  return bytes;
}

/** The length field and the header that {@link encodeSafetensors} writes: the one canonical spelling of a content. */
export function encodeSafetensorsHeader(
  tensors: ReadonlyMap<string, RawTensor>,
  metadata: ReadonlyMap<string, string>,
): Uint8Array {
  const entries: string[] = [];
  if (metadata.size > 0) {
    const pairs = [...metadata].sort(byName).map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`);
    entries.push(`"__metadata__":{${pairs.join(',')}}`);
  }
  let position = 0;
  for (const [name, { dtype, shape, data }] of orderTensors(tensors)) {
    if (name === '__metadata__') throw new RangeError('"name" expected anything but "__metadata__", which is reserved');
    const expected = shape.reduce((product, n) => product * n, elementBytes[dtype]);
    if (data.length !== expected)
      throw new RangeError(`"${name}" expected ${expected} bytes of data, got ${data.length}`);
    const offsets = `[${position},${position + data.length}]`;
    entries.push(`${JSON.stringify(name)}:{"dtype":"${dtype}","shape":[${shape.join(',')}],"data_offsets":${offsets}}`);
    position += data.length;
  }
  const json = encodeUtf8(`{${entries.join(',')}}`);
  const padded = Math.ceil(json.length / 8) * 8;
  const bytes = new Uint8Array(8 + padded).fill(0x20);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(padded), true);
  bytes.set(json, 8);
  return bytes;
}

/** Tensors in the order of their data in a file: falling element size, then name. */
export function orderTensors(tensors: ReadonlyMap<string, RawTensor>): [string, RawTensor][] {
  return [...tensors].sort((x, y) => elementBytes[y[1].dtype] - elementBytes[x[1].dtype] || byName(x, y));
}

function byName(x: readonly [string, unknown], y: readonly [string, unknown]): number {
  return x[0] < y[0] ? -1 : x[0] > y[0] ? 1 : 0;
}

function readHeaderLength(bytes: Uint8Array): number {
  if (bytes.length < 8) throw new FormatError(`"safetensors" expected at least 8 bytes, got ${bytes.length}`);
  const length = new DataView(bytes.buffer, bytes.byteOffset, 8).getBigUint64(0, true);
  if (length > BigInt(maxHeaderBytes))
    throw new FormatError(`"safetensors header" expected at most ${maxHeaderBytes} bytes, got ${length}`);
  if (length > BigInt(bytes.length - 8))
    throw new FormatError(`"safetensors header" expected ${length} bytes, got a file with ${bytes.length - 8} left`);
  if (bytes[8] !== 0x7b) throw new FormatError('"safetensors header" expected to begin with "{", got another byte');
  return Number(length);
}

function readEntry(name: string, entry: unknown, dataBytes: number) {
  if (!isRecord(entry)) throw new FormatError(`"${name}" expected a JSON object, got another value`);
  for (const key of Object.keys(entry))
    if (key !== 'dtype' && key !== 'shape' && key !== 'data_offsets')
      throw new FormatError(`"${name}" expected dtype, shape and data_offsets, got ${JSON.stringify(key)}`);
  const { dtype, shape, data_offsets: offsets } = entry;
  if (typeof dtype !== 'string' || !Object.hasOwn(elementBytes, dtype))
    throw new FormatError(
      `"${name}.dtype" expected one of ${Object.keys(elementBytes).join(', ')}, got ${JSON.stringify(dtype)}`,
    );
  if (!Array.isArray(shape) || !shape.every(isSize))
    throw new FormatError(`"${name}.shape" expected an array of sizes, got ${JSON.stringify(shape)}`);
  if (!Array.isArray(offsets) || offsets.length !== 2 || !offsets.every(isSize))
    throw new FormatError(`"${name}.data_offsets" expected two offsets, got ${JSON.stringify(offsets)}`);
  const [start, end] = offsets as [number, number];
  if (start > end || end > dataBytes)
    throw new FormatError(`"${name}.data_offsets" expected offsets within ${dataBytes} bytes, got ${start} to ${end}`);
  const size = (shape as number[]).reduce((product, n) => product * n, elementBytes[dtype as RawDType]);
  if (size !== end - start)
    throw new FormatError(`"${name}" expected ${size} bytes for ${dtype} [${shape.join(', ')}], got ${end - start}`);
  return { dtype: dtype as RawDType, shape: shape as number[], start, end };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isSize(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0 && !Object.is(value, -0);
}
