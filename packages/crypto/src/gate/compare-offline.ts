/**
 * Offline half of a batch of comparisons: leaves and masks, for one chunk of gates at a time.
 * @module
 */
import type { BitReader, BitWriter } from '../bit-stream.js';
import { packPlaneInto, wordsFor } from '../bits.js';
import type { BitKeys, BitTags } from '../ot/types.js';
import type { RandomSource } from '../random.js';
import { reduce, reduceUnsigned, signBit } from '../ring.js';
import { correctLeafClient, correctLeafServer, layoutLeaf, tableWords } from './compare-leaf.js';
import {
  correctMasksClient,
  correctMasksServer,
  finishMasksClient,
  layoutMasks,
  type MaskShares,
  type NodeLayout,
  newMaskShares,
} from './compare-masks.js';
import { type ComparePlan, nodesOf } from './compare-plan.js';
import { addAnnounced, type CompareTags, keepRows, layoutClosing, newCompareTags } from './compare-tags.js';
import type { PadLayout, PadSegment, ReceiverPads, SenderPads } from './pads.js';

/** What either party keeps of a batch of comparisons. */
export interface CompareState {
  readonly plan: ComparePlan;
  readonly count: number;
  /** [digits][count · words]: the party's share of the rotated tables, see {@link tableWords}. */
  readonly tables: readonly Int32Array[];
  /** [nodes]: shares of masks and products. */
  readonly masks: readonly MaskShares[];
  /** Client: plane of the sign bits of its score shares minus one. Server: empty. */
  readonly signs: Int32Array;
  /** Server: [count] β, `plan.width` bits each. Client: empty. */
  readonly rotations: Int32Array;
  /** Null unless the plan is authenticated. */
  readonly tags: CompareTags | null;
}

/** Empty state of `count` comparisons for one party. */
export function newCompareState(plan: ComparePlan, count: number, isClient: boolean): CompareState {
  return {
    plan,
    count,
    tables: plan.digits.map((digit) => new Int32Array(count * tableWords(digit))),
    masks: nodesOf(plan).map((node) => newMaskShares(node, count)),
    signs: new Int32Array(isClient ? wordsFor(count) : 0),
    rotations: new Int32Array(isClient ? 0 : count),
    tags: newCompareTags(plan, count, isClient),
  };
}

/** A chunk of gates; `first` is a multiple of 32. */
export interface CompareChunk {
  readonly first: number;
  readonly count: number;
  readonly leaves: readonly (readonly PadSegment[])[];
  readonly nodes: readonly NodeLayout[];
  /** The random OT of the online bit, if the plan is authenticated. */
  readonly closing: PadSegment;
}

/** Adds the random OTs of a chunk to a batch. */
export function layoutCompare(plan: ComparePlan, first: number, count: number, layout: PadLayout): CompareChunk {
  return {
    first,
    count,
    leaves: plan.digits.map((digit) => layoutLeaf(digit, count, layout)),
    nodes: nodesOf(plan).map((node) => layoutMasks(node, count, layout)),
    closing: layoutClosing(plan, count, layout),
  };
}

/**
 * The client's corrections of a chunk.
 *
 * [z > 0] is computed as [z - 1 >= 0]; the client subtracts the one from its share u_c. Of the w low bits of the window
 * the carry is [u_s > 2^w - 1 - u_c], so the digits compare a = not u_c with b = u_s.
 * @param scores - [count of the batch] the client's score shares.
 */
export function correctCompareClient(
  state: CompareState,
  chunk: CompareChunk,
  scores: Int32Array,
  pads: SenderPads,
  random: RandomSource,
  writer: BitWriter,
): void {
  const { plan } = state;
  const comparands = new Int32Array(chunk.count);
  for (let i = 0; i < chunk.count; i++) {
    const share = reduce(scores[chunk.first + i]! - 1, plan.ringBits);
    const gate = chunk.first + i;
    comparands[i] = reduceUnsigned(~share >> plan.window.low, plan.width);
    state.signs[gate >>> 5] = state.signs[gate >>> 5]! | (signBit(share, plan.window.high) << (gate & 31));
  }
  plan.digits.forEach((digit, d) => {
    correctLeafClient(digit, chunk.leaves[d]!, comparands, pads, writer, state.tables[d]!, chunk.first);
  });
  nodesOf(plan).forEach((node, n) => {
    correctMasksClient(node, chunk.nodes[n]!, chunk.count, pads, random, writer, state.masks[n]!, chunk.first >>> 5);
  });
}

/** The server reads the corrections of a chunk and writes its announcements. */
export function correctCompareServer(
  state: CompareState,
  chunk: CompareChunk,
  pads: ReceiverPads,
  reader: BitReader,
  writer: BitWriter,
): void {
  const { first, count } = chunk;
  keepClosingChoices(state, chunk, pads);
  state.plan.digits.forEach((digit, d) => {
    const tables = state.tables[d]!;
    correctLeafServer(digit, chunk.leaves[d]!, count, pads, reader, tables, state.rotations, first);
  });
  nodesOf(state.plan).forEach((node, n) => {
    const layout = chunk.nodes[n]!;
    for (const plane of correctMasksServer(node, layout, count, pads, reader, state.masks[n]!, first >>> 5)) {
      writer.writePlane(plane, count);
    }
  });
}

/** Either party keeps the rows of an authenticated chunk, before its random OTs expand. */
export function keepCompareRows(state: CompareState, chunk: CompareChunk, batch: BitTags | BitKeys): void {
  const { tags } = state;
  if (tags === null) return;
  tags.domain.set(batch.domain);
  if ('delta' in batch) new Uint8Array(tags.delta.buffer).set(batch.delta);
  for (const layout of chunk.nodes) {
    for (const [factor, { segment }] of layout.factors) {
      keepRows(batch.rows, segment, tags.masks[factor]!, chunk.first);
    }
  }
  keepRows(batch.rows, chunk.closing, tags.closing, chunk.first);
}

/** The server keeps the choices that hide the online bits of an authenticated chunk. */
function keepClosingChoices({ tags }: CompareState, { closing, first }: CompareChunk, pads: ReceiverPads): void {
  if (tags === null) return;
  packPlaneInto(tags.choices, first >>> 5, pads.choices, closing.instance, 1, 0, closing.count);
}

/** The client reads the announcements of a chunk. */
export function finishCompareClient(state: CompareState, chunk: CompareChunk, reader: BitReader): void {
  const { tags } = state;
  nodesOf(state.plan).forEach((node, n) => {
    const announced = node.composites.map(() => reader.readPlane(chunk.count));
    finishMasksClient(node, announced, state.masks[n]!, chunk.first >>> 5);
    if (tags === null) return;
    node.composites.forEach((product, k) => {
      addAnnounced(tags.masks[product]!, announced[k]!, tags.delta, chunk.first, chunk.count);
    });
  });
}
