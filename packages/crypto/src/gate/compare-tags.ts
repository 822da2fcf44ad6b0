/**
 * Authentication of the server's share of a comparison under the client's Δ: the server holds M = K ⊕ d_s Δ, the client K.
 *
 * d_s is an XOR of bits that the server knows: its shares of the tree's masks, which the client weighs by openings that
 * both know, and one bit that it learns online (its sign bit and its share of the topmost digit). A share of a variable's
 * mask is the choice of a random OT, whose row is its tag. For a product, and for the online bit, the server announces
 * the bit XOR a fresh OT choice, D; the client adds D·Δ to that OT's key. XORs of tags authenticate XORs of bits.
 *
 * Cost: per comparison 1 bit down online; offline 1 bit down and 1 random OT a product, 1 random OT more.
 * Security: semi-honest. D is padded by a choice that serves nothing else. Δ enters no message but as part of hashed keys.
 * Source: bits authenticated by correlated OT: Nielsen, Nordholt, Orlandi, Burra, eprint 2011/091, §3; private-inference.md
 *         §2.11 mode B.
 * @module
 */
import type { MaskShares } from './compare-masks.js';
import type { ComparePlan, TreeNode } from './compare-plan.js';
import type { PadLayout, PadSegment } from './pads.js';

/** 32-bit words of a row. */
const ROW_WORDS = 4;
const ROW_BYTES = 16;

/** One party's tags of a batch of comparisons. */
export interface CompareTags {
  /** [variables, then products][count · 4]: keys K at the client, tags M at the server. */
  readonly masks: readonly Int32Array[];
  /** [count · 4]: the same of the OT that hides the online bit. */
  readonly closing: Int32Array;
  /** Server: [words] plane of that OT's choices. Client: empty. */
  readonly choices: Int32Array;
  /** Client: [4] Δ. Server: zero. */
  readonly delta: Int32Array;
  /** [16] public. */
  readonly domain: Uint8Array;
}

/** The one node of an authenticated plan. */
export function singleNode({ lower, upper }: ComparePlan): TreeNode {
  const [node] = lower;
  if (node === undefined || upper !== null || lower.length > 1) {
    throw new RangeError('"plan" expected one level, got two');
  }
  return node;
}

/** Empty tags of `count` comparisons, or null if the plan has none. */
export function newCompareTags(plan: ComparePlan, count: number, isClient: boolean): CompareTags | null {
  if (!plan.authenticated) return null;
  const { variables, products } = singleNode(plan);
  const rows = (): Int32Array => new Int32Array(count * ROW_WORDS);
  return {
    masks: Array.from({ length: variables.length + products.length }, rows),
    closing: rows(),
    choices: new Int32Array(isClient ? 0 : (count + 31) >>> 5),
    delta: new Int32Array(ROW_WORDS),
    domain: new Uint8Array(ROW_BYTES),
  };
}

/** The random OT of the online bit of `count` gates, if the plan has one. */
export function layoutClosing(plan: ComparePlan, count: number, layout: PadLayout): PadSegment {
  return layout.add(plan.authenticated ? count : 0, 0);
}

/** Copies the rows of a segment, [count × 16], to the gates from `first` on. */
export function keepRows(rows: Uint8Array, { instance, count }: PadSegment, tags: Int32Array, first: number): void {
  const bytes = new Uint8Array(tags.buffer, tags.byteOffset, tags.byteLength);
  bytes.set(rows.subarray(ROW_BYTES * instance, ROW_BYTES * (instance + count)), ROW_BYTES * first);
}

/**
 * Client: adds D·Δ to the keys of an announced bit.
 * @param announced - plane of D of `count` gates from `first` on, a multiple of 32.
 */
export function addAnnounced(
  keys: Int32Array,
  announced: Int32Array,
  delta: Int32Array,
  first: number,
  count: number,
): void {
  for (let i = 0; i < count; i++) {
    const mask = -((announced[i >>> 5]! >>> (i & 31)) & 1);
    const at = (first + i) * ROW_WORDS;
    for (let w = 0; w < ROW_WORDS; w++) keys[at + w] = keys[at + w]! ^ (delta[w]! & mask);
  }
}

/**
 * Keys or tags of the server's results.
 * @param opened - the opened variables, planes.
 * @param gates - the gates wanted.
 * @returns [gates × 16].
 */
export function combineTags(node: TreeNode, tags: CompareTags, opened: MaskShares, gates: Int32Array): Uint8Array {
  const sums = new Int32Array(gates.length * ROW_WORDS);
  const add = (rows: Int32Array, weight: Int32Array | null): void => {
    gates.forEach((gate, g) => {
      const mask = weight === null ? -1 : -((weight[gate >>> 5]! >>> (gate & 31)) & 1);
      for (let w = 0; w < ROW_WORDS; w++) {
        sums[g * ROW_WORDS + w] = sums[g * ROW_WORDS + w]! ^ (rows[gate * ROW_WORDS + w]! & mask);
      }
    });
  };
  add(tags.closing, null);
  for (const term of node.greater) {
    if (term.mask < 0) continue;
    const weight = new Int32Array((tags.closing.length / ROW_WORDS + 31) >>> 5).fill(-1);
    for (const v of term.opened) {
      const plane = opened[v]!;
      for (let w = 0; w < weight.length; w++) weight[w] = weight[w]! & plane[w]!;
    }
    add(tags.masks[term.mask]!, weight);
  }
  return new Uint8Array(sums.buffer);
}
