/**
 * Offline masks of a comparison tree: for every variable v a shared random bit λ_v = λ_v^c ⊕ λ_v^s and for every needed
 * set the share of the product.
 *
 * The server's λ_v^s is the choice bit of one random OT. A product x·y of two shared bits needs the cross terms
 * x_s·y_c and y_s·x_c; each takes one pad bit of the OT whose choice belongs to x (or y) and one correction
 * E = M0 ⊕ M1 ⊕ y_c of the client, which leaves T = M0 ⊕ c·y_c at the server. One OT so serves every product of its
 * variable. For a product that is itself a factor the server announces x_s ⊕ c (1 bit) after it has learnt x_s.
 *
 * Security: semi-honest. Corrections are padded by pad bits that the server did not choose, announcements by the OT
 *           choices; every pad bit is used once.
 * Source: Beaver, CRYPTO 1991 and STOC 1997 (OT derandomisation); the pad of one OT cut into bits: IKNP, CRYPTO 2003.
 * Differs: private-inference.md §2.9 spends two random OTs on every product.
 * @module
 */
import type { BitReader, BitWriter } from '../bit-stream.js';
import { packPlaneInto, wordsFor } from '../bits.js';
import type { RandomSource } from '../random.js';
import type { TreeNode } from './compare-plan.js';
import type { PadLayout, PadSegment, ReceiverPads, SenderPads } from './pads.js';

/** Shares of the masks of a node as planes: variables first, then products. */
export type MaskShares = readonly Int32Array[];

/** New shares, all zero, of `count` gates. */
export function newMaskShares(node: TreeNode, count: number): MaskShares {
  return Array.from({ length: node.variables.length + node.products.length }, () => new Int32Array(wordsFor(count)));
}

/** Factors in OT order: all variables, then the composites. */
function factorsOf(node: TreeNode): number[] {
  return [...Array.from(node.variables.keys()), ...node.composites];
}

/** The pads of a factor: which bit serves which product. */
interface FactorPads {
  readonly segment: PadSegment;
  readonly stride: number;
}

/** Where a node's random OTs lie. */
export interface NodeLayout {
  /** By factor index as in {@link TreeNode.products}. */
  readonly factors: ReadonlyMap<number, FactorPads>;
  /** [products]: pad bits of the left and the right factor. */
  readonly padBits: readonly { readonly left: number; readonly right: number }[];
}

/** The random OTs of one node of `count` gates: one per variable and composite. */
export function layoutMasks(node: TreeNode, count: number, layout: PadLayout): NodeLayout {
  const used = new Map<number, number>();
  const nextBit = (factor: number): number => {
    const bit = used.get(factor) ?? 0;
    used.set(factor, bit + 1);
    return bit;
  };
  const padBits = node.products.map(({ left, right }) => ({ left: nextBit(left), right: nextBit(right) }));
  const factors = new Map<number, FactorPads>();
  for (const factor of factorsOf(node)) {
    const stride = Math.ceil((used.get(factor) ?? 0) / 8);
    factors.set(factor, { segment: layout.add(count, stride), stride });
  }
  return { factors, padBits };
}

/** One pad bit of every gate of a factor, as words of the chunk. */
function padPlane(out: Int32Array, bytes: Uint8Array, pads: FactorPads, bit: number): void {
  const { segment, stride } = pads;
  packPlaneInto(out, 0, bytes, segment.offset + (bit >>> 3), stride, bit & 7, segment.count);
}

/**
 * The client's half: draws its masks, writes two correction bits a product, and stores its shares up to the parts that
 * depend on the announcements (see {@link finishMasksClient}).
 * @param firstWord - where this chunk begins in the planes.
 */
export function correctMasksClient(
  node: TreeNode,
  layout: NodeLayout,
  count: number,
  pads: SenderPads,
  random: RandomSource,
  writer: BitWriter,
  shares: MaskShares,
  firstWord: number,
): void {
  const words = wordsFor(count);
  const zero = new Int32Array(words);
  const one = new Int32Array(words);
  node.variables.forEach((_, v) => {
    const bytes = random.bytes(words * 4);
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    for (let w = 0; w < words; w++) shares[v]![firstWord + w] = view.getInt32(4 * w, true);
  });
  node.products.forEach(({ left, right }, p) => {
    const product = shares[node.variables.length + p]!;
    const x = shares[left]!;
    const y = shares[right]!;
    for (let w = firstWord; w < firstWord + words; w++) product[w] = x[w]! & y[w]!;
    for (const [factor, other, bit] of [
      [left, y, layout.padBits[p]!.left],
      [right, x, layout.padBits[p]!.right],
    ] as const) {
      padPlane(zero, pads.zero, layout.factors.get(factor)!, bit);
      padPlane(one, pads.one, layout.factors.get(factor)!, bit);
      for (let w = 0; w < words; w++) {
        product[firstWord + w] = product[firstWord + w]! ^ zero[w]!;
        one[w] = one[w]! ^ zero[w]! ^ other[firstWord + w]!;
      }
      writer.writePlane(one, count);
    }
  });
}

/**
 * The server's half: takes its OT choices as masks, reads the corrections, stores its shares and returns the
 * announcements of the composites, one plane each.
 */
export function correctMasksServer(
  node: TreeNode,
  layout: NodeLayout,
  count: number,
  pads: ReceiverPads,
  reader: BitReader,
  shares: MaskShares,
  firstWord: number,
): readonly Int32Array[] {
  const words = wordsFor(count);
  const choices = new Map<number, Int32Array>();
  for (const [factor, { segment }] of layout.factors) {
    const plane = new Int32Array(words);
    packPlaneInto(plane, 0, pads.choices, segment.instance, 1, 0, count);
    choices.set(factor, plane);
  }
  node.variables.forEach((_, v) => {
    shares[v]!.set(choices.get(v)!, firstWord);
  });
  const chosen = new Int32Array(words);
  node.products.forEach(({ left, right }, p) => {
    const product = shares[node.variables.length + p]!;
    const x = shares[left]!;
    const y = shares[right]!;
    for (let w = firstWord; w < firstWord + words; w++) product[w] = x[w]! & y[w]!;
    for (const [factor, bit] of [
      [left, layout.padBits[p]!.left],
      [right, layout.padBits[p]!.right],
    ] as const) {
      const choice = choices.get(factor)!;
      const correction = reader.readPlane(count);
      padPlane(chosen, pads.chosen, layout.factors.get(factor)!, bit);
      for (let w = 0; w < words; w++) {
        product[firstWord + w] = product[firstWord + w]! ^ chosen[w]! ^ (choice[w]! & correction[w]!);
      }
    }
  });
  return node.composites.map((composite) => {
    const choice = choices.get(composite)!;
    return choice.map((word, w) => word ^ shares[composite]![firstWord + w]!);
  });
}

/** The client's last step: with the announcement D of a composite x, adds D·y_c to every product x·y. */
export function finishMasksClient(
  node: TreeNode,
  announced: readonly Int32Array[],
  shares: MaskShares,
  firstWord: number,
): void {
  node.composites.forEach((composite, k) => {
    const announcement = announced[k]!;
    node.products.forEach(({ left, right }, p) => {
      const product = shares[node.variables.length + p]!;
      for (const [factor, other] of [
        [left, right],
        [right, left],
      ] as const) {
        if (factor !== composite) continue;
        const y = shares[other]!;
        for (let w = 0; w < announcement.length; w++) {
          product[firstWord + w] = product[firstWord + w]! ^ (announcement[w]! & y[firstWord + w]!);
        }
      }
    });
  });
}
