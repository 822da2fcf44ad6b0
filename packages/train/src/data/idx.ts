/**
 * The IDX layout of MNIST and Fashion-MNIST: a big-endian header, then bytes; plain or gzipped.
 *
 * Source: LeCun, Cortes & Burges, The MNIST database, section "File formats".
 * @module
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { FormatError } from '@relent/graph';
import type { LabelledImages } from './dataset.js';

/** The bytes of a file, or of the file with `.gz` added, unpacked. */
export function readPlainOrGzip(path: string): Uint8Array {
  if (existsSync(path)) return readFileSync(path);
  return unpackGzip(readFileSync(`${path}.gz`), `${path}.gz`);
}

/**
 * Unpacks gzip.
 * @throws FormatError naming the file if the bytes are not gzip.
 */
export function unpackGzip(bytes: Uint8Array, name: string): Uint8Array {
  try {
    return gunzipSync(bytes);
  } catch (cause) {
    throw new FormatError(`"${name}" expected gzip, got ${cause instanceof Error ? cause.message : 'other bytes'}`);
  }
}

/** Reads an IDX array of bytes of the given rank; answers its dimensions and its data. */
function readIdx(path: string, rank: number): { readonly shape: readonly number[]; readonly data: Uint8Array } {
  const bytes = readPlainOrGzip(path);
  const header = 4 + 4 * rank;
  const magic = 0x0800 + rank;
  if (bytes.length < header) throw new FormatError(`"${path}" expected an IDX header, got ${bytes.length} bytes`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (view.getUint32(0) !== magic)
    throw new FormatError(`"${path}" expected magic number ${magic}, got ${view.getUint32(0)}`);
  const shape = Array.from({ length: rank }, (_, i) => view.getUint32(4 + 4 * i));
  const size = shape.reduce((product, d) => product * d, 1);
  if (bytes.length !== header + size)
    throw new FormatError(`"${path}" expected ${header + size} bytes for [${shape.join(', ')}], got ${bytes.length}`);
  return { shape, data: bytes.subarray(header) };
}

/**
 * Reads a pair of IDX files: images [N, H, W] and labels [N].
 * @throws FormatError if a file is not IDX, the counts differ, or a label is not a class.
 */
export function readIdxPair(folder: string, imageFile: string, labelFile: string, classes: number): LabelledImages {
  const images = readIdx(join(folder, imageFile), 3);
  const labels = readIdx(join(folder, labelFile), 1);
  if (images.shape[0] !== labels.shape[0])
    throw new FormatError(`"${labelFile}" expected ${images.shape[0]} labels, got ${labels.shape[0]}`);
  const wrong = labels.data.find((label) => label >= classes);
  if (wrong !== undefined) throw new FormatError(`"${labelFile}" expected labels below ${classes}, got ${wrong}`);
  return { images: new Uint8Array(images.data), labels: Int32Array.from(labels.data) };
}
