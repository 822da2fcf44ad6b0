import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex } from '@noble/hashes/utils.js';
import { FormatError } from '../errors.js';
import type { IntegerGates, IntegerGraph, IntegerNode } from '../integer-graph.js';
import { verifyIntegerGraph } from '../integer-verify.js';
import { canonicalJson } from '../json-text.js';
import { sizeOf } from '../ops/spec.js';
import { decodeSafetensors, encodeSafetensors, type RawTensor } from '../safetensors.js';
import { asFileContent, expectAllUsed, readJson } from './checked.js';
import { type ArrayJson, type IntegerGatesJson, type IntegerGraphJson, integerGraphSchema } from './integer-schema.js';
import { integersFrom, rawIntegers } from './raw-arrays.js';

const metadataKey = 'relent.integer-graph';

/** How many array entries and node elements a graph may unfold to unless told otherwise: a small file may not fill the memory. */
const defaultMaxEntries = 2 ** 27;

/**
 * The public half of an integer model as bytes, for the wire and for {@link publicHash}. Equal graphs give equal bytes.
 *
 * Arrays that count up or hold one value are written as such: a network of plain ReLUs takes a few kilobytes.
 */
export function encodeIntegerGraph(graph: IntegerGraph): Uint8Array {
  const tensors = new Map<string, RawTensor>();
  const json = writeIntegerGraph(graph, tensors);
  return encodeSafetensors(tensors, new Map([[metadataKey, json]]));
}

/**
 * Reads and verifies the public half of an integer model.
 * @param limits.maxEntries - most array entries and node elements that the graph may unfold to; checked before anything is allocated.
 * @throws FormatError if the bytes are not what {@link encodeIntegerGraph} gives for a graph that is sound.
 */
export function decodeIntegerGraph(bytes: Uint8Array, limits: { readonly maxEntries?: number } = {}): IntegerGraph {
  const { metadata, tensors } = decodeSafetensors(bytes);
  const used = new Set<string>();
  const take = (name: string) => {
    used.add(name);
    return tensors.get(name);
  };
  const graph = readIntegerGraph(metadata.get(metadataKey), take, limits.maxEntries);
  expectAllUsed(tensors.keys(), used);
  return graph;
}

/**
 * SHA-256, in hexadecimal, over the public half of an integer model: both parties of a private run compare it.
 * It depends on nothing secret.
 */
export function publicHash(graph: IntegerGraph): string {
  return bytesToHex(sha256(encodeIntegerGraph(graph)));
}

/** The JSON of an integer graph; its arrays go to `tensors`, under names that begin with `@integer/`. */
export function writeIntegerGraph(graph: IntegerGraph, tensors: Map<string, RawTensor>): string {
  const nodes = graph.nodes.map((node) => {
    if (node.op !== 'site') return node;
    const { gates, ...rest } = node;
    const put = (part: string, array: Int32Array): ArrayJson => {
      const form = arrayForm(array);
      if (form === 'tensor') tensors.set(tensorName(node.id, part), rawIntegers(array));
      return form;
    };
    const { dropped } = gates;
    const json: IntegerGatesJson = {
      shape: [...gates.shape],
      comparisons: gates.comparisons,
      source: gates.source,
      affineBits: gates.affineBits,
      scoreStart: put('scoreStart', gates.scoreStart),
      scoreNeuron: put('scoreNeuron', gates.scoreNeuron),
      scoreWeight: put('scoreWeight', gates.scoreWeight),
      gateOf: put('gateOf', gates.gateOf),
      a: put('a', gates.a),
      b: put('b', gates.b),
      dropped: dropped && {
        squareBits: dropped.squareBits,
        outerBits: dropped.outerBits,
        c2: put('c2', dropped.c2),
        c1: put('c1', dropped.c1),
        c0: put('c0', dropped.c0),
      },
    };
    return { ...rest, gates: json };
  });
  return canonicalJson({ ringBits: graph.ringBits, nodes, output: graph.output });
}

/**
 * The graph that {@link writeIntegerGraph} wrote, verified.
 * @param take - gives a tensor of the file by name.
 * @throws FormatError if the JSON, an array or the graph is not sound, or unfolds to more than `maxEntries` entries.
 */
export function readIntegerGraph(
  text: string | undefined,
  take: (name: string) => RawTensor | undefined,
  maxEntries = defaultMaxEntries,
): IntegerGraph {
  const json: IntegerGraphJson = readJson(metadataKey, text, integerGraphSchema);
  let entries = 0;
  const count = (more: number) => {
    entries += more;
    if (entries > maxEntries)
      throw new FormatError(`"${metadataKey}" expected to unfold to at most ${maxEntries} entries, got more`);
  };
  const unfold = (site: string, part: string, form: ArrayJson, length: number): Int32Array => {
    count(length);
    if (form === 'iota') return iota(length);
    if (form !== 'tensor') return new Int32Array(length).fill(form);
    const name = tensorName(site, part);
    const array = integersFrom(name, take(name));
    if (array.length !== length) throw new FormatError(`"${name}" expected ${length} entries, got ${array.length}`);
    return array;
  };
  const nodes = json.nodes.map((node): IntegerNode => {
    count(sizeOf(node.shape));
    if (node.op !== 'site') return node;
    return { ...node, gates: readGates(node.gates, (part, form, length) => unfold(node.id, part, form, length)) };
  });
  return asFileContent(metadataKey, () => verifyIntegerGraph({ ringBits: json.ringBits, nodes, output: json.output }));
}

function readGates(
  json: IntegerGatesJson,
  unfold: (part: string, form: ArrayJson, length: number) => Int32Array,
): IntegerGates {
  const [channels] = json.shape;
  const { dropped } = json;
  const scoreStart = unfold('scoreStart', json.scoreStart, json.comparisons + 1);
  const entries = Math.max(0, scoreStart[json.comparisons]!);
  return {
    shape: json.shape,
    comparisons: json.comparisons,
    source: json.source,
    affineBits: json.affineBits,
    scoreStart,
    scoreNeuron: unfold('scoreNeuron', json.scoreNeuron, entries),
    scoreWeight: unfold('scoreWeight', json.scoreWeight, entries),
    gateOf: unfold('gateOf', json.gateOf, sizeOf(json.shape)),
    a: unfold('a', json.a, channels),
    b: unfold('b', json.b, channels),
    dropped: dropped && {
      squareBits: dropped.squareBits,
      outerBits: dropped.outerBits,
      c2: unfold('c2', dropped.c2, channels),
      c1: unfold('c1', dropped.c1, channels),
      c0: unfold('c0', dropped.c0, channels),
    },
  };
}

function iota(length: number): Int32Array {
  const array = new Int32Array(length);
  for (let i = 0; i < length; i++) array[i] = i;
  return array;
}

function arrayForm(array: Int32Array): ArrayJson {
  const [first] = array;
  if (first !== undefined && array.every((value) => value === first)) return first;
  return array.every((value, i) => value === i) ? 'iota' : 'tensor';
}

function tensorName(site: string, part: string): string {
  return `@integer/${site}/${part}`;
}
