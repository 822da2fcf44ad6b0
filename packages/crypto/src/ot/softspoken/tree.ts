/**
 * GGM trees, all 32 at once: the party that has the roots knows all leaves; the other learns all leaves but one a tree.
 *
 * The second party works in *relative* places y = x ⊕ Δ_b: the path to its unknown leaf is then always y = 0, and the
 * secret Δ_b only steers swaps by mask, never an address or a branch.
 *
 * Security: ChaCha12 as a length-doubling PRG.
 * Source:   Roy, SoftSpokenOT, eprint 2022/192 (all-but-one OT from GGM trees).
 * Differs:  semi-honest only, so without the consistency check of the leaves.
 * @module
 */
import type { Kernels } from '@relent/kernels';
import { BLOCKS, LEAVES, NODE_BYTES, TREE_DEPTH } from './parameters.js';

/** Expands every node to its two children; [… × 16] → [… × 2 × 16]. */
function expandLevel(kernels: Kernels, nodes: Uint8Array, domain: Uint8Array): Uint8Array {
  return kernels.expandSeeds(nodes, domain, 0, 2 * NODE_BYTES);
}

function xorInto(target: Uint8Array, targetAt: number, source: Uint8Array, sourceAt: number): void {
  for (let i = 0; i < NODE_BYTES; i++) {
    target[targetAt + i] = (target[targetAt + i] ?? 0) ^ (source[sourceAt + i] ?? 0);
  }
}

/** All leaves, and for base OT 4b + level the xor of the left and of the right children of that level of tree b. */
export interface FullTrees {
  /** [32 × 16 × 16]. */
  readonly leaves: Uint8Array;
  /** [128 × 2 × 16]. */
  readonly sums: Uint8Array;
}

/**
 * Grows the trees from their roots.
 * @param roots - [32 × 16], uniform and secret.
 */
export function growTrees(kernels: Kernels, roots: Uint8Array, domain: Uint8Array): FullTrees {
  const sums = new Uint8Array(BLOCKS * TREE_DEPTH * 2 * NODE_BYTES);
  let nodes = roots;
  for (let level = 0; level < TREE_DEPTH; level++) {
    nodes = expandLevel(kernels, nodes, domain);
    const width = 2 ** (level + 1);
    for (let node = 0; node < BLOCKS * width; node++) {
      const block = Math.floor(node / width);
      const sum = 2 * (TREE_DEPTH * block + level) + (node & 1);
      xorInto(sums, sum * NODE_BYTES, nodes, node * NODE_BYTES);
    }
  }
  return { leaves: nodes, sums };
}

/** Exchanges two neighbouring nodes if `bit` is 1, without a branch. */
function swapIf(bit: number, nodes: Uint8Array, left: number): void {
  const mask = -bit;
  for (let i = left; i < left + NODE_BYTES; i++) {
    const difference = ((nodes[i] ?? 0) ^ (nodes[i + NODE_BYTES] ?? 0)) & mask;
    nodes[i] = (nodes[i] ?? 0) ^ difference;
    nodes[i + NODE_BYTES] = (nodes[i + NODE_BYTES] ?? 0) ^ difference;
  }
}

/** The bit of Δ that the path of tree `block` takes at `level`; the first level decides the highest bit of Δ_b. */
export function pathBit(delta: Uint8Array, block: number, level: number): number {
  const bit = TREE_DEPTH * block + (TREE_DEPTH - 1 - level);
  return ((delta[bit >> 3] ?? 0) >> (bit & 7)) & 1;
}

/**
 * Regrows the trees without the leaf Δ_b of each.
 * @param delta - [16], secret.
 * @param sums - [128 × 16]: of base OT 4b + level, the xor of the children on the side off the path.
 * @returns [32 × 16 × 16]: at place y of block b the leaf y ⊕ Δ_b; zeros at place 0.
 */
export function growPuncturedTrees(
  kernels: Kernels,
  delta: Uint8Array,
  sums: Uint8Array,
  domain: Uint8Array,
): Uint8Array {
  let nodes = new Uint8Array(BLOCKS * NODE_BYTES);
  for (let level = 0; level < TREE_DEPTH; level++) {
    const width = 2 ** (level + 1);
    const children = expandLevel(kernels, nodes, domain).slice();
    for (let block = 0; block < BLOCKS; block++) {
      const first = block * width * NODE_BYTES;
      // The children of the unknown node: its path stays unknown, its sibling is what the sum lacks.
      children.fill(0, first, first + 2 * NODE_BYTES);
      const sibling = first + NODE_BYTES;
      xorInto(children, sibling, sums, (TREE_DEPTH * block + level) * NODE_BYTES);
      for (let y = 1; y < width / 2; y++) {
        const left = first + 2 * y * NODE_BYTES;
        swapIf(pathBit(delta, block, level), children, left);
        xorInto(children, sibling, children, left + NODE_BYTES);
      }
    }
    nodes = children;
  }
  return nodes.subarray(0, BLOCKS * LEAVES * NODE_BYTES);
}
