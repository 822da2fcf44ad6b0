/**
 * Checks of the Ferret kernels' preconditions, and the geometry that all implementations share.
 * @module
 */
import type { FerretCode, FerretTrees } from './contract-ferret.js';
import { expectLength, expectNatural, expectRows } from './expect.js';

/** Bytes of a row or node. */
export const FERRET_ROW_BYTES = 16;

/** Table rows that are added to a row: d of the local code. */
export const FERRET_WEIGHT = 10;

/** Rows whose places fill whole ChaCha blocks. */
export const FERRET_GROUP_ROWS = 128;

const MIN_DEPTH = 7;
const MAX_DEPTH = 16;
const MAX_TABLE_ROWS = 2 ** 24;
const BLOCK_BYTES = 64;

/** Bytes of one place in the keystream. */
export function placeBytes(code: FerretCode): number {
  return code.table.length > FERRET_ROW_BYTES * 2 ** 16 ? 3 : 2;
}

/** The ChaCha block at which the places of a row begin; `row` a multiple of {@link FERRET_GROUP_ROWS}. */
export function codeCounter(code: FerretCode, row: number): number {
  return (row / FERRET_GROUP_ROWS) * ((FERRET_GROUP_ROWS * FERRET_WEIGHT * placeBytes(code)) / BLOCK_BYTES);
}

function expectShape(trees: FerretTrees, code: FerretCode): void {
  const { depth, first, domain } = trees;
  if (!Number.isInteger(depth) || depth < MIN_DEPTH || depth > MAX_DEPTH) {
    throw new RangeError(`"depth" expected ${MIN_DEPTH} … ${MAX_DEPTH}, got ${depth}`);
  }
  expectNatural('first', first, 2 ** 36);
  expectLength('domain', domain, FERRET_ROW_BYTES);
  expectLength('key', code.key, 2 * FERRET_ROW_BYTES);
  const tableRows = expectRows('table', code.table);
  if (tableRows < 2 || tableRows > MAX_TABLE_ROWS || !Number.isInteger(Math.log2(tableRows))) {
    throw new RangeError(`"table" expected 2 … ${MAX_TABLE_ROWS} rows, a power of two, got ${tableRows}`);
  }
}

/**
 * Checks the sender's operands.
 * @returns the number of trees.
 * @throws RangeError if a length does not fit.
 */
export function expectFerretSender(roots: Uint8Array, delta: Uint8Array, trees: FerretTrees, code: FerretCode): number {
  expectShape(trees, code);
  expectLength('delta', delta, FERRET_ROW_BYTES);
  return expectRows('roots', roots);
}

/**
 * Checks the receiver's operands.
 * @returns the number of trees.
 * @throws RangeError if a length does not fit. The paths are secret: their values are not checked.
 */
export function expectFerretReceiver(
  paths: Uint32Array,
  sums: Uint8Array,
  trees: FerretTrees,
  code: FerretCode,
): number {
  expectShape(trees, code);
  expectLength('sums', sums, paths.length * trees.depth * FERRET_ROW_BYTES);
  return paths.length;
}
