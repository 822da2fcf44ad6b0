/**
 * The online half of a comparison tree: opened inputs and mask shares give shares of a node's results, locally.
 * @module
 */
import { xorBits } from '../bits.js';
import type { DigitShare } from './compare-leaf.js';
import type { MaskShares } from './compare-masks.js';
import type { Term, TreeNode } from './compare-plan.js';

/** A party's opening halves of a node, one plane a variable: its share of the input plus its share of the mask. */
export function openingHalves(node: TreeNode, inputs: readonly DigitShare[], masks: MaskShares): Int32Array[] {
  return node.variables.map(({ input, kind }, v) => xorBits(inputs[input]![kind], masks[v]!));
}

/** XORs Σ Π opened · mask into `sum`. */
function addTerms(
  terms: readonly Term[],
  opened: readonly Int32Array[],
  masks: MaskShares,
  isClient: boolean,
  sum: Int32Array,
): void {
  const product = new Int32Array(sum.length);
  for (const term of terms) {
    // The constant term is public; one party adds it.
    if (term.mask < 0 && !isClient) continue;
    if (term.mask < 0) product.fill(-1);
    else product.set(masks[term.mask]!);
    for (const v of term.opened) {
      const plane = opened[v]!;
      for (let w = 0; w < product.length; w++) product[w] = product[w]! & plane[w]!;
    }
    for (let w = 0; w < sum.length; w++) sum[w] = sum[w]! ^ product[w]!;
  }
}

/**
 * A party's share of a node's results.
 * @param halves - both parties' opening halves.
 */
export function evaluateNode(
  node: TreeNode,
  inputs: readonly DigitShare[],
  halves: readonly [readonly Int32Array[], readonly Int32Array[]],
  masks: MaskShares,
  isClient: boolean,
): DigitShare {
  const opened = halves[0].map((half, v) => xorBits(half, halves[1][v]!));
  const top = inputs[node.inputs[node.inputs.length - 1]!]!;
  const greater = top.greater.slice();
  addTerms(node.greater, opened, masks, isClient, greater);
  if (node.equal === null) return { greater, equal: new Int32Array(0) };
  if (node.inputs.length === 1) return { greater, equal: top.equal };
  const equal = new Int32Array(greater.length);
  addTerms(node.equal, opened, masks, isClient, equal);
  return { greater, equal };
}
