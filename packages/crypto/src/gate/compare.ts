/**
 * DReLU: shares of d = [z > 0] for z = z_c + z_s modulo 2^l, where the client knows z_c offline.
 *
 * With u = z - 1, and of its shares the bits of a window [low, high), d = 1 ⊕ msb(u_c) ⊕ msb(u_s) ⊕ carry of the bits
 * below the sign. The carry is a comparison b > a with a known to the client offline, see compare-leaf.ts; digits are
 * joined by a tree of one or two levels, see compare-plan.ts. Exact for |z| <= 2^(high-1) - 2^low, but
 * that scores from 1 to 2^low - 1 may be taken for zero, see `idealWindowCompare`.
 *
 * Messages: 1 server to client: δ and the server's lower opening halves; 2 client to server: its lower and upper
 * halves; 3 server to client: its upper halves. The steps below write into and read from messages that a site shares
 * with truncation and multiplexing.
 *
 * Cost: per comparison `compareBits(plan)`.
 * Security: semi-honest. δ is padded by β, every half by the sender's λ; see docs/protocols.md.
 * Source: Rathee et al., "CrypTFlow2", eprint 2020/1002, §3–4 (DReLU from a comparison of shares, digits, tree); the client's
 *         share known offline: Mishra et al., "Delphi", eprint 2020/050, §4.
 * Differs: the client's whole input is offline, so it sends no choice bits and the server no tables online.
 * @module
 */
import type { BitReader, BitWriter } from '../bit-stream.js';
import { wordsFor, xorBits } from '../bits.js';
import { reduce, reduceUnsigned, signBit } from '../ring.js';
import { type DigitShare, lookUpLeaf } from './compare-leaf.js';
import type { CompareState } from './compare-offline.js';
import { evaluateNode, openingHalves } from './compare-tree.js';

/** What the server remembers between messages 1 and 2. */
export interface OpenedCompare {
  readonly digits: readonly DigitShare[];
  readonly halves: readonly (readonly Int32Array[])[];
  readonly signs: Int32Array;
}

/** Writes opening halves, node after node. */
export function writeHalves(halves: readonly (readonly Int32Array[])[], count: number, writer: BitWriter): void {
  for (const planes of halves) for (const plane of planes) writer.writePlane(plane, count);
}

/** Reads opening halves of the given shape. */
export function readHalves(shape: readonly (readonly unknown[])[], count: number, reader: BitReader): Int32Array[][] {
  return shape.map((planes) => planes.map(() => reader.readPlane(count)));
}

/** The party's shares of the lower nodes' results and its halves for the upper node. */
function evaluateLower(
  state: CompareState,
  digits: readonly DigitShare[],
  own: readonly (readonly Int32Array[])[],
  theirs: readonly (readonly Int32Array[])[],
  isClient: boolean,
): { readonly results: readonly DigitShare[]; readonly halves: readonly Int32Array[] } {
  const { lower, upper } = state.plan;
  const results = lower.map((node, n) => evaluateNode(node, digits, [own[n]!, theirs[n]!], state.masks[n]!, isClient));
  return { results, halves: upper === null ? [] : openingHalves(upper, results, state.masks[lower.length]!) };
}

/** The party's share of the carry. */
function evaluateUpper(
  state: CompareState,
  results: readonly DigitShare[],
  own: readonly Int32Array[],
  theirs: readonly Int32Array[],
  isClient: boolean,
): Int32Array {
  const { lower, upper } = state.plan;
  if (upper === null) return results[0]!.greater;
  return evaluateNode(upper, results, [own, theirs], state.masks[lower.length]!, isClient).greater;
}

/**
 * Message 1, server: opens δ = u_s ⊕ β and its lower halves.
 * @param scores - [count] the server's score shares.
 */
export function openCompareServer(state: CompareState, scores: Int32Array, writer: BitWriter): OpenedCompare {
  const { plan, count } = state;
  const opened = new Int32Array(count);
  const signs = new Int32Array(wordsFor(count));
  for (let i = 0; i < count; i++) {
    const share = reduce(scores[i]!, plan.ringBits);
    opened[i] = reduceUnsigned((share >> plan.window.low) ^ state.rotations[i]!, plan.width);
    signs[i >>> 5] = signs[i >>> 5]! | (signBit(share, plan.window.high) << (i & 31));
  }
  writer.writeAll(opened, plan.width);
  const digits = plan.digits.map((digit, d) => lookUpLeaf(digit, state.tables[d]!, opened));
  const halves = plan.lower.map((node, n) => openingHalves(node, digits, state.masks[n]!));
  writeHalves(halves, count, writer);
  return { digits, halves, signs };
}

/** What the client remembers between messages 2 and 3. */
export interface CombinedCompare {
  readonly results: readonly DigitShare[];
  readonly halves: readonly Int32Array[];
}

/** Messages 1 and 2, client: reads the openings, evaluates the lower nodes, writes its halves of both levels. */
export function combineCompareClient(state: CompareState, reader: BitReader, writer: BitWriter): CombinedCompare {
  const { plan, count } = state;
  const opened = reader.readAll(count, plan.width);
  const digits = plan.digits.map((digit, d) => lookUpLeaf(digit, state.tables[d]!, opened));
  const own = plan.lower.map((node, n) => openingHalves(node, digits, state.masks[n]!));
  const combined = evaluateLower(state, digits, own, readHalves(own, count, reader), true);
  writeHalves(own, count, writer);
  writeHalves([combined.halves], count, writer);
  return combined;
}

/**
 * Messages 2 and 3, server: reads the client's halves, writes its upper halves.
 * @returns its shares of d as a plane.
 */
export function combineCompareServer(
  state: CompareState,
  opened: OpenedCompare,
  reader: BitReader,
  writer: BitWriter,
): Int32Array {
  const { count } = state;
  const theirs = readHalves(opened.halves, count, reader);
  const { results, halves } = evaluateLower(state, opened.digits, opened.halves, theirs, false);
  const upper = readHalves([halves], count, reader)[0]!;
  writeHalves([halves], count, writer);
  return xorBits(opened.signs, evaluateUpper(state, results, halves, upper, false));
}

/**
 * Message 3, client.
 * @returns its shares of d as a plane.
 */
export function finishCompareOnline(state: CompareState, combined: CombinedCompare, reader: BitReader): Int32Array {
  const theirs = readHalves([combined.halves], state.count, reader)[0]!;
  const carry = evaluateUpper(state, combined.results, combined.halves, theirs, true);
  return xorBits(state.signs, carry).map((word) => ~word);
}
