/**
 * Tensors to and from NumPy's `.npy` files.
 *
 * Source: NumPy enhancement proposal 1, "A Simple File Format for NumPy Arrays"; format versions 1.0 to 3.0.
 * @module
 */
import { readFileSync } from 'node:fs';
import { FormatError } from '@relent/graph';
import { tensorFromBytes } from '../create.js';
import { type Device, type DType, elementBytes } from '../dtype.js';
import type { Tensor } from '../tensor.js';
import { writeAtomically } from './atomic-write.js';

const descriptions: Readonly<Record<Exclude<DType, 'bfloat16'>, string>> = {
  float32: '<f4',
  float64: '<f8',
  float16: '<f2',
  int64: '<i8',
  int32: '<i4',
  int16: '<i2',
  int8: '|i1',
  uint8: '|u1',
  bool: '|b1',
};
const dtypesByDescription = new Map(Object.entries(descriptions).map(([dtype, text]) => [text, dtype as DType]));
const magic = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59];

/**
 * Reads a file, row- or column-major.
 * @throws FormatError naming the file if it is no `.npy` file, is truncated, or has elements other than little-endian
 *   numbers and booleans; a system error if it cannot be read.
 */
export function loadNpy(path: string, { device = 'cpu' }: { device?: Device } = {}): Tensor {
  const bytes = readFileSync(path);
  const header = parseHeader(path, bytes);
  const data = bytes.subarray(header.end);
  const expected = header.shape.reduce((product, length) => product * length, elementBytes(header.dtype));
  if (data.length !== expected)
    throw new FormatError(
      `${path}: "data" expected ${expected} bytes for [${header.shape.join(', ')}], got ${data.length}`,
    );
  if (!header.columnMajor) return tensorFromBytes(data, { dtype: header.dtype, shape: header.shape, device });
  const reversed = tensorFromBytes(data, { dtype: header.dtype, shape: header.shape.toReversed(), device });
  const view = reversed.permute(header.shape.map((_, i) => header.shape.length - 1 - i));
  try {
    return view.contiguous();
  } finally {
    view.free();
    reversed.free();
  }
}

/** Writes a tensor row-major, in format version 1.0. @throws TypeError for bfloat16, which the format does not have. */
export function saveNpy(path: string, tensor: Tensor): void {
  const { dtype, shape } = tensor;
  if (dtype === 'bfloat16') throw new TypeError('"tensor" expected a type that .npy has, got bfloat16');
  const sizes = shape.length === 1 ? `${shape[0]},` : shape.join(', ');
  const text = `{'descr': '${descriptions[dtype]}', 'fortran_order': False, 'shape': (${sizes}), }`;
  // The header ends in a newline and pads the data to a multiple of 64 bytes.
  const padded = `${text.padEnd(Math.ceil((text.length + 11) / 64) * 64 - 11)}\n`;
  const prefix = Uint8Array.from([...magic, 1, 0, padded.length & 0xff, padded.length >> 8]);
  writeAtomically(path, prefix, Buffer.from(padded, 'latin1'), tensor.toBytes());
}

interface Header {
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly columnMajor: boolean;
  readonly end: number;
}

function parseHeader(path: string, bytes: Buffer): Header {
  const fail = (what: string, expected: string, got: string) =>
    new FormatError(`${path}: "${what}" expected ${expected}, got ${got}`);
  if (bytes.length < 12 || !magic.every((byte, i) => bytes[i] === byte))
    throw fail('magic', 'the \\x93NUMPY of a .npy file', bytes.length < 12 ? `${bytes.length} bytes` : 'other bytes');
  const major = bytes[6]!;
  if (major < 1 || major > 3) throw fail('version', '1, 2 or 3', String(major));
  const start = major === 1 ? 10 : 12;
  const length = major === 1 ? bytes.readUInt16LE(8) : bytes.readUInt32LE(8);
  const end = start + length;
  if (end > bytes.length) throw fail('header', `${length} bytes`, `${bytes.length - start}`);
  const text = bytes.toString('latin1', start, end);
  const description = text.match(/'descr':\s*'([^']*)'/)?.[1];
  const order = text.match(/'fortran_order':\s*(True|False)/)?.[1];
  const sizes = text.match(/'shape':\s*\(([\d,\s]*)\)/)?.[1];
  if (description === undefined || order === undefined || sizes === undefined)
    throw fail('header', 'descr, fortran_order and shape', JSON.stringify(text.trim().slice(0, 80)));
  const dtype = dtypesByDescription.get(description);
  if (!dtype) throw fail('descr', `one of ${Object.values(descriptions).join(' ')}`, description);
  const shape = sizes.split(',').flatMap((part) => (part.trim() === '' ? [] : [Number(part)]));
  return { dtype, shape, columnMajor: order === 'True', end };
}
