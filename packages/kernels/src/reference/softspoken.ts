/**
 * Bit transposition and the SoftSpoken kernels, as the formulas in the contract read.
 * @module
 */
import type { SoftspokenReceiverRows } from '../contract.js';
import { expectInstances, expectLength, expectSoftspoken } from '../expect.js';

const BITS = 4;
const LEAVES = 16;
const BLOCKS = 32;
const SEED_BYTES = 16;

/** Expands one 16-byte leaf to a column. */
type ExpandLeaf = (leaf: Uint8Array, length: number) => Uint8Array;

/** See {@link Kernels.transpose128}. */
export function referenceTranspose128(bits: Uint8Array, n: number): Uint8Array {
  expectInstances('n', n);
  expectLength('bits', bits, 16 * n);
  const out = new Uint8Array(16 * n);
  for (let row = 0; row < 128; row++) {
    for (let column = 0; column < n; column++) {
      const bit = ((bits[(row * n) / 8 + (column >> 3)] ?? 0) >> (column & 7)) & 1;
      const at = 16 * column + (row >> 3);
      out[at] = (out[at] ?? 0) | (bit << (row & 7));
    }
  }
  return out;
}

function xorInto(target: Uint8Array, source: Uint8Array): void {
  for (let i = 0; i < target.length; i++) target[i] = (target[i] ?? 0) ^ (source[i] ?? 0);
}

/** Folds a block's leaves: the sum of all columns, and of those whose index has bit i. */
function foldBlock(leaves: Uint8Array, block: number, columnBytes: number, expand: ExpandLeaf) {
  const sum = new Uint8Array(columnBytes);
  const bits = Array.from({ length: BITS }, () => new Uint8Array(columnBytes));
  for (let x = 0; x < LEAVES; x++) {
    const at = (block * LEAVES + x) * SEED_BYTES;
    const column = expand(leaves.subarray(at, at + SEED_BYTES), columnBytes);
    xorInto(sum, column);
    bits.forEach((bit, i) => {
      if ((x >> i) & 1) xorInto(bit, column);
    });
  }
  return { sum, bits };
}

/** See {@link Kernels.softspokenReceiver}. */
export function referenceSoftspokenReceiver(
  expand: ExpandLeaf,
  leaves: Uint8Array,
  domain: Uint8Array,
  counter: number,
  count: number,
): SoftspokenReceiverRows {
  expectSoftspoken(leaves, domain, counter, count);
  const columnBytes = count / 8;
  const matrix = new Uint8Array(128 * columnBytes);
  const corrections = new Uint8Array((BLOCKS - 1) * columnBytes);
  let choices = new Uint8Array(columnBytes);
  for (let block = 0; block < BLOCKS; block++) {
    const { sum, bits } = foldBlock(leaves, block, columnBytes, expand);
    bits.forEach((bit, i) => {
      matrix.set(bit, (BITS * block + i) * columnBytes);
    });
    if (block === 0) {
      choices = sum;
    } else {
      xorInto(sum, choices);
      corrections.set(sum, (block - 1) * columnBytes);
    }
  }
  return { rows: referenceTranspose128(matrix, count), choices, corrections };
}

/** See {@link Kernels.softspokenSender}. */
export function referenceSoftspokenSender(
  expand: ExpandLeaf,
  leaves: Uint8Array,
  domain: Uint8Array,
  counter: number,
  count: number,
  delta: Uint8Array,
  corrections: Uint8Array,
): Uint8Array {
  expectSoftspoken(leaves, domain, counter, count);
  expectLength('delta', delta, SEED_BYTES);
  const columnBytes = count / 8;
  expectLength('corrections', corrections, (BLOCKS - 1) * columnBytes);
  const matrix = new Uint8Array(128 * columnBytes);
  for (let block = 0; block < BLOCKS; block++) {
    const correction = corrections.subarray((block - 1) * columnBytes, block * columnBytes);
    foldBlock(leaves, block, columnBytes, expand).bits.forEach((bit, i) => {
      const row = BITS * block + i;
      if (block > 0 && ((delta[row >> 3] ?? 0) >> (row & 7)) & 1) xorInto(bit, correction);
      matrix.set(bit, row * columnBytes);
    });
  }
  return referenceTranspose128(matrix, count);
}
