/**
 * The model file of relent: one safetensors file. Float weights stand under their own names, so that any safetensors
 * reader gets them; names that begin with `@` are arrays of the gate maps and of the quantised network. Metadata:
 *
 *     relent.format   "1"
 *     relent.model    JSON: info, graph, structure of the gate maps
 *     relent.integer-graph   JSON of the quantised network, if there is one
 *     relent.hash     SHA-256 of the same file without this entry
 * @module
 */
import * as z from 'zod';
import { FormatError } from '../errors.js';
import type { FloatTensor, Model } from '../graph.js';
import type { IntegerModel, IntegerWeights } from '../integer-graph.js';
import { verifyIntegerModel } from '../integer-verify.js';
import { canonicalJson } from '../json-text.js';
import { verify } from '../passes/verify.js';
import { decodeSafetensors, encodeSafetensors, encodeSafetensorsHeader, type RawTensor } from '../safetensors.js';
import { asFileContent, expectAllUsed, readJson } from './checked.js';
import { contentHash } from './content-hash.js';
import { gateMapsSchema, readGateMaps, writeGateMaps } from './gate-maps.js';
import { graphSchema, infoSchema } from './graph-schema.js';
import { readIntegerGraph, writeIntegerGraph } from './integer-graph.js';
import { integersFrom, rawFloats, rawHalves, rawIntegers, weightsFrom } from './raw-arrays.js';

const modelSchema = z.strictObject({ info: infoSchema, graph: graphSchema, gateMaps: gateMapsSchema });

/** What a model file holds. */
export interface Bundle {
  readonly model: Model;
  /** The quantised network, if the model has been quantised. */
  readonly integer: IntegerModel | null;
  /** SHA-256 of the content, in hexadecimal. */
  readonly hash: string;
}

/** How to write a model file. */
export interface BundleOptions {
  /**
   * What kernels and matrices are stored in; `float32` unless given. `float16` halves the file and rounds them to 11
   * bits; vectors such as the statistics of batch norms stay as they are. Reading gives float32 either way.
   */
  readonly weights?: 'float32' | 'float16';
}

/**
 * Writes a model file. The same content gives the same bytes.
 * @throws RangeError if the model is not sound, or has a weight that 16 bits cannot hold.
 */
export function encodeBundle(
  model: Model,
  integer: IntegerModel | null = null,
  { weights = 'float32' }: BundleOptions = {},
): Uint8Array {
  verify(model);
  const tensors = new Map<string, RawTensor>();
  for (const [name, { shape, data }] of model.weights) {
    const halved = weights === 'float16' && shape.length > 1;
    tensors.set(name, halved ? rawHalves(name, data, shape) : rawFloats(data, shape));
  }
  const json = { info: model.info, graph: model.graph, gateMaps: writeGateMaps(model.gateMaps, tensors) };
  const metadata = new Map([
    ['relent.format', '1'],
    ['relent.model', canonicalJson(json)],
  ]);
  if (integer) {
    verifyIntegerModel(integer);
    metadata.set('relent.integer-graph', writeIntegerGraph(integer.graph, tensors));
    for (const [id, { weight, bias }] of integer.weights) {
      tensors.set(`@weight/${id}`, rawIntegers(weight));
      tensors.set(`@bias/${id}`, rawIntegers(bias));
    }
  }
  metadata.set('relent.hash', contentHash(tensors, metadata));
  return encodeSafetensors(tensors, metadata);
}

/**
 * Reads a model file: every byte is covered by the hash or by the one way to spell the header, and the content is
 * verified as well, since anybody can compute a hash.
 * @throws FormatError if anything is off, naming the part.
 */
export function decodeBundle(bytes: Uint8Array): Bundle {
  const { metadata, tensors } = decodeSafetensors(bytes);
  const format = metadata.get('relent.format');
  if (format !== '1') throw new FormatError(`"relent.format" expected "1", got ${JSON.stringify(format ?? null)}`);
  const hash = checkHash(bytes, metadata, tensors);
  const used = new Set<string>();
  const take = (name: string) => {
    used.add(name);
    return tensors.get(name);
  };
  const { info, graph, gateMaps } = readJson('relent.model', metadata.get('relent.model'), modelSchema);
  const weights = new Map<string, FloatTensor>();
  for (const [name, tensor] of tensors)
    if (!name.startsWith('@')) weights.set(name, { shape: tensor.shape, data: weightsFrom(name, take(name)) });
  const model = asFileContent('relent.model', () =>
    verify({ info, graph, weights, gateMaps: readGateMaps(gateMaps, take) }),
  );
  const text = metadata.get('relent.integer-graph');
  const integer = text === undefined ? null : readIntegerModel(text, take);
  expectAllUsed(tensors.keys(), used);
  return { model, integer, hash };
}

function checkHash(
  bytes: Uint8Array,
  metadata: ReadonlyMap<string, string>,
  tensors: ReadonlyMap<string, RawTensor>,
): string {
  const header = encodeSafetensorsHeader(tensors, metadata);
  if (header.some((byte, i) => byte !== bytes[i]))
    throw new FormatError('"safetensors header" expected the spelling of a bundle, got another');
  const rest = new Map(metadata);
  rest.delete('relent.hash');
  const hash = contentHash(tensors, rest);
  if (metadata.get('relent.hash') !== hash)
    throw new FormatError(`"relent.hash" expected ${hash}, got ${JSON.stringify(metadata.get('relent.hash') ?? null)}`);
  return hash;
}

function readIntegerModel(text: string, take: (name: string) => RawTensor | undefined): IntegerModel {
  const graph = readIntegerGraph(text, take);
  const weights = new Map<string, IntegerWeights>();
  for (const { id, op } of graph.nodes) {
    if (op !== 'conv') continue;
    const [weight, bias] = [`@weight/${id}`, `@bias/${id}`];
    weights.set(id, { weight: integersFrom(weight, take(weight)), bias: integersFrom(bias, take(bias)) });
  }
  return asFileContent('relent.integer-graph', () => verifyIntegerModel({ graph, weights }));
}
