/**
 * The Ferret kernels as the formulas in the contract read.
 * @module
 */
import type { FerretCode, FerretKernels, FerretTrees } from '../contract-ferret.js';
import {
  codeCounter,
  expectFerretReceiver,
  expectFerretSender,
  FERRET_GROUP_ROWS,
  FERRET_ROW_BYTES,
  FERRET_WEIGHT,
  placeBytes,
} from '../expect-ferret.js';
import { referenceChacha } from './chacha.js';

const HASH_ROUNDS = 12;
const PLACE_ROUNDS = 8;

type Node = Uint8Array;

const xor = (a: Node, b: Node): Node => a.map((byte, i) => byte ^ (b[i] ?? 0));
const zero = (): Node => new Uint8Array(FERRET_ROW_BYTES);
const sumOf = (nodes: readonly Node[]): Node => nodes.reduce(xor, zero());
const nodeAt = (bytes: Uint8Array, index: number): Node =>
  bytes.slice(FERRET_ROW_BYTES * index, FERRET_ROW_BYTES * (index + 1));

function withLowBit(node: Node, bit: number): Node {
  const out = node.slice();
  out[0] = ((out[0] ?? 0) & 0xfe) | bit;
  return out;
}

/** H_i of a tree. */
function hashOf(trees: FerretTrees, tree: number, level: number): (node: Node) => Node {
  return (node) => {
    const key = new Uint8Array(2 * FERRET_ROW_BYTES);
    key.set(node);
    key.set(trees.domain, FERRET_ROW_BYTES);
    return referenceChacha(key, level, trees.first + tree, FERRET_ROW_BYTES, HASH_ROUNDS);
  };
}

const childrenOf = (nodes: readonly Node[], hash: (node: Node) => Node): Node[] =>
  nodes.flatMap((node) => [hash(node), xor(hash(node), node)]);

/** Adds the code's rows to all leaves. */
function encode(leaves: readonly Node[], { first, depth }: FerretTrees, code: FerretCode): Uint8Array {
  const size = placeBytes(code);
  const k = code.table.length / FERRET_ROW_BYTES;
  const rows = new Uint8Array(FERRET_ROW_BYTES * leaves.length);
  const groupBytes = FERRET_GROUP_ROWS * FERRET_WEIGHT * size;
  let stream: Uint8Array = new Uint8Array(0);
  leaves.forEach((leaf, j) => {
    const inGroup = j % FERRET_GROUP_ROWS;
    if (inGroup === 0) {
      const counter = codeCounter(code, first * 2 ** depth + j);
      stream = referenceChacha(code.key, counter, 0, groupBytes, PLACE_ROUNDS);
    }
    let row = leaf;
    for (let i = 0; i < FERRET_WEIGHT; i++) {
      const at = size * (FERRET_WEIGHT * inGroup + i);
      let place = 0;
      for (let byte = size - 1; byte >= 0; byte--) place = 256 * place + (stream[at + byte] ?? 0);
      row = xor(row, nodeAt(code.table, place % k));
    }
    rows.set(row, FERRET_ROW_BYTES * j);
  });
  return rows;
}

/** The plain implementation; not constant-time. */
export const referenceFerret: FerretKernels = {
  ferretSender(roots, delta, trees, code) {
    const count = expectFerretSender(roots, delta, trees, code);
    const leaves: Node[] = [];
    const sums = new Uint8Array(trees.depth * roots.length);
    for (let tree = 0; tree < count; tree++) {
      const root = nodeAt(roots, tree);
      let nodes = [root, xor(root, delta)];
      for (let level = 1; level <= trees.depth; level++) {
        if (level > 1) nodes = childrenOf(nodes, hashOf(trees, tree, level));
        const left = sumOf(nodes.filter((_, index) => index % 2 === 0));
        sums.set(left, FERRET_ROW_BYTES * (trees.depth * tree + level - 1));
      }
      for (const node of nodes) leaves.push(withLowBit(node, 0));
    }
    return { rows: encode(leaves, trees, code), sums };
  },

  ferretReceiver(paths, sums, trees, code) {
    const count = expectFerretReceiver(paths, sums, trees, code);
    const leaves: Node[] = [];
    for (let tree = 0; tree < count; tree++) {
      const path = paths[tree] ?? 0;
      // The unknown node of a level is kept as zero.
      let nodes = [zero()];
      for (let level = 1; level <= trees.depth; level++) {
        const unknown = path >> (trees.depth - level);
        const sibling = unknown ^ 1;
        nodes = childrenOf(nodes, hashOf(trees, tree, level));
        nodes[unknown] = zero();
        nodes[sibling] = zero();
        const others = nodes.filter((_, index) => index % 2 === sibling % 2);
        nodes[sibling] = xor(nodeAt(sums, trees.depth * tree + level - 1), sumOf(others));
      }
      const replaced = sumOf(nodes);
      nodes.forEach((node, index) => {
        leaves.push(index === path ? withLowBit(replaced, 1) : withLowBit(node, 0));
      });
    }
    return encode(leaves, trees, code);
  },
};
