/**
 * Parameter sets of Ferret. SECURITY: changing it changes what an attacker must do. AGREEMENT: both parties must have the
 * same. LOCAL: each party may choose.
 *
 * Source: the sets b10, b11 and b12 of emp-ot 1.0 (regular noise, d = 10), chosen after the attacks on regular LPN of
 *         2022 to 2024. The test of this file checks that pooled Gaussian elimination costs more than 2^128 on each.
 * @module
 */

/** λ / 8: bytes of a row. SECURITY. */
export const ROW_BYTES = 16;

/** One set: trees of 2^depth leaves make n = trees · 2^depth rows of LPN with k = tableRows secrets. */
export interface FerretParameters {
  /** Names the set in plans and reports. AGREEMENT. */
  readonly name: string;
  /** t: trees, so errors; one block of regular noise each. SECURITY. */
  readonly trees: number;
  /** Levels of a tree, log2 of the block length. SECURITY. */
  readonly depth: number;
  /** k: dimension of LPN, a power of two. SECURITY. */
  readonly tableRows: number;
}

/** For browsers and ordinary demands: 14 MB of rows an iteration. */
export const FERRET_SMALL: FerretParameters = { name: 'ferret-b10', trees: 850, depth: 10, tableRows: 2 ** 16 };

/** Between the two: 38 MB of rows an iteration. */
export const FERRET_MEDIUM: FerretParameters = { name: 'ferret-b11', trees: 1170, depth: 11, tableRows: 2 ** 17 };

/** For servers and large demands: 100 MB of rows an iteration. */
export const FERRET_LARGE: FerretParameters = { name: 'ferret-b12', trees: 1520, depth: 12, tableRows: 2 ** 18 };

/** The sets to choose from, smallest first. AGREEMENT. */
export const FERRET_SETS: readonly FerretParameters[] = [FERRET_SMALL, FERRET_MEDIUM, FERRET_LARGE];

/** Iterations for one demand from which on a larger set is taken. AGREEMENT. */
export const LARGER_SET_ITERATIONS = 64;

/** n: rows that an iteration makes. */
export function rowsMade({ trees, depth }: FerretParameters): number {
  return trees * 2 ** depth;
}

/** M = k + t · depth: rows that an iteration uses up. Those of the next one are kept back. */
export function rowsSpent({ trees, depth, tableRows }: FerretParameters): number {
  return tableRows + trees * depth;
}

/** n − M: instances that an iteration yields. */
export function netRows(parameters: FerretParameters): number {
  return rowsMade(parameters) - rowsSpent(parameters);
}

/** Bytes of the one message of an iteration. */
export function iterationBytes({ trees, depth }: FerretParameters): number {
  return trees * depth * ROW_BYTES;
}
