/**
 * Tensors to and from safetensors files.
 *
 * Source: safetensors format, huggingface/safetensors README ("Format"); the byte codec is that of `@relent/graph`.
 * @module
 */
import { readFileSync } from 'node:fs';
import { decodeSafetensors, encodeSafetensors, FormatError, type RawDType, type RawTensor } from '@relent/graph';
import { tensorFromBytes } from '../create.js';
import type { Device, DType } from '../dtype.js';
import type { Tensor } from '../tensor.js';
import { writeAtomically } from './atomic-write.js';

const rawDTypes: Readonly<Record<DType, RawDType>> = {
  float32: 'F32',
  float64: 'F64',
  float16: 'F16',
  bfloat16: 'BF16',
  int64: 'I64',
  int32: 'I32',
  int16: 'I16',
  int8: 'I8',
  uint8: 'U8',
  bool: 'BOOL',
};
const dtypesByRaw = new Map(Object.entries(rawDTypes).map(([dtype, raw]) => [raw, dtype as DType]));

/** What a file held. The tensors are owned by the innermost scope. */
export interface LoadedSafetensors {
  readonly tensors: Map<string, Tensor>;
  readonly metadata: ReadonlyMap<string, string>;
}

/**
 * Reads a whole file. A scope does not see into the returned map: give what must survive to `keep`, or copy it.
 * @throws FormatError naming the file if it is malformed or truncated; a system error if it cannot be read.
 */
export function loadSafetensors(path: string, { device = 'cpu' }: { device?: Device } = {}): LoadedSafetensors {
  const bytes = readFileSync(path);
  try {
    const { tensors, metadata } = decodeSafetensors(bytes);
    const loaded = new Map<string, Tensor>();
    for (const [name, raw] of tensors) {
      const dtype = dtypesByRaw.get(raw.dtype)!;
      loaded.set(name, tensorFromBytes(raw.data, { dtype, shape: raw.shape, device }));
    }
    return { tensors: loaded, metadata };
  } catch (error) {
    if (error instanceof FormatError) throw new FormatError(`${path}: ${error.message}`, { cause: error });
    throw error;
  }
}

/** Writes tensors of any device and layout, row-major; the file appears whole or not at all. */
export function saveSafetensors(
  path: string,
  tensors: ReadonlyMap<string, Tensor> | Readonly<Record<string, Tensor>>,
  metadata: ReadonlyMap<string, string> | Readonly<Record<string, string>> = {},
): void {
  const raw = new Map<string, RawTensor>();
  const named: Iterable<[string, Tensor]> = tensors instanceof Map ? tensors : Object.entries(tensors);
  for (const [name, tensor] of named)
    raw.set(name, { dtype: rawDTypes[tensor.dtype], shape: tensor.shape, data: tensor.toBytes() });
  const pairs = metadata instanceof Map ? metadata : new Map(Object.entries(metadata));
  writeAtomically(path, encodeSafetensors(raw, pairs));
}
