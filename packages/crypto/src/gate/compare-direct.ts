/**
 * The online half of an authenticated comparison of one level, one round trip: after message 1 the client knows its share
 * of d and the key of the server's, after message 2 the server knows its share and its tag.
 *
 * Message 1, server to client: δ, the server's opening halves, D; message 2, client to server: its halves. Shares are
 * those of compare.ts; keys and tags those of compare-tags.ts.
 *
 * Cost: per comparison `compareBits(plan)`.
 * Security: semi-honest. As compare.ts and compare-tags.ts.
 * @module
 */
import type { BitReader, BitWriter } from '../bit-stream.js';
import { xorBits } from '../bits.js';
import { type OpenedCompare, openCompareServer, readHalves, writeHalves } from './compare.js';
import { lookUpLeaf } from './compare-leaf.js';
import type { CompareState } from './compare-offline.js';
import { addAnnounced, type CompareTags, combineTags, singleNode } from './compare-tags.js';
import { evaluateNode, openingHalves } from './compare-tree.js';

/** One party's results: its shares of d, and keys (client) or tags (server) of the server's shares. */
export interface DirectCompare {
  /** [words] plane. */
  readonly shares: Int32Array;
  /** [gates × 16]. */
  readonly rows: Uint8Array;
}

function tagsOf({ tags }: CompareState): CompareTags {
  if (tags === null) throw new RangeError('"plan" expected an authenticated comparison, got another');
  return tags;
}

/** What the server's share of d has beside the tree's products: its sign bits and its shares of the topmost digit. */
function closingBits(state: CompareState, { digits, signs }: OpenedCompare): Int32Array {
  const { inputs } = singleNode(state.plan);
  return xorBits(signs, digits[inputs[inputs.length - 1]!]!.greater);
}

/** Message 1, server. */
export function openDirectServer(state: CompareState, scores: Int32Array, writer: BitWriter): OpenedCompare {
  const opened = openCompareServer(state, scores, writer);
  writer.writePlane(xorBits(closingBits(state, opened), tagsOf(state).choices), state.count);
  return opened;
}

/**
 * Messages 1 and 2, client.
 * @param gates - whose keys are wanted.
 */
export function combineDirectClient(
  state: CompareState,
  gates: Int32Array,
  reader: BitReader,
  writer: BitWriter,
): DirectCompare {
  const { plan, count } = state;
  const node = singleNode(plan);
  const tags = tagsOf(state);
  const masks = state.masks[0]!;
  const position = reader.readAll(count, plan.width);
  const digits = plan.digits.map((digit, d) => lookUpLeaf(digit, state.tables[d]!, position));
  const own = openingHalves(node, digits, masks);
  const [theirs] = readHalves([own], count, reader);
  addAnnounced(tags.closing, reader.readPlane(count), tags.delta, 0, count);
  writeHalves([own], count, writer);
  const { greater } = evaluateNode(node, digits, [own, theirs!], masks, true);
  const opened = own.map((half, v) => xorBits(half, theirs![v]!));
  return {
    shares: xorBits(state.signs, greater).map((word) => ~word),
    rows: combineTags(node, tags, opened, gates),
  };
}

/**
 * Message 2, server.
 * @param gates - whose tags are wanted.
 */
export function combineDirectServer(
  state: CompareState,
  { digits, halves, signs }: OpenedCompare,
  gates: Int32Array,
  reader: BitReader,
): DirectCompare {
  const node = singleNode(state.plan);
  const own = halves[0]!;
  const theirs = readHalves([own], state.count, reader)[0]!;
  const { greater } = evaluateNode(node, digits, [own, theirs], state.masks[0]!, false);
  const opened = own.map((half, v) => xorBits(half, theirs[v]!));
  return { shares: xorBits(signs, greater), rows: combineTags(node, tagsOf(state), opened, gates) };
}
