/**
 * The hot loops of Ferret, as a part of the contract of the kernels.
 *
 * Rows are 16 bytes. The lowest bit of a row (bit 0 of byte 0) holds the choice: 0 in all rows of the sender, u_j in row j
 * of the receiver, 1 in Δ; so one xor of rows carries the choices along.
 * @module
 */

/** Which trees. */
export interface FerretTrees {
  /** Levels, 7 … 16: a tree has 2^depth leaves. */
  readonly depth: number;
  /** Number of the first tree, below 2^36: makes every tree's hash a function of its own. */
  readonly first: number;
  /** [16], see {@link FerretKernels}. */
  readonly domain: Uint8Array;
}

/** The code, and the rows that it encodes. */
export interface FerretCode {
  /** [32], public: key of the places. */
  readonly key: Uint8Array;
  /** [k × 16], secret; k a power of two, 2 … 2^24. */
  readonly table: Uint8Array;
}

/** What the party that knows Δ gets. */
export interface FerretSenderRows {
  /** [trees × 2^depth × 16]. */
  readonly rows: Uint8Array;
  /** [trees × depth × 16]: of every level the sum of its left nodes. */
  readonly sums: Uint8Array;
}

/**
 * One iteration of Ferret without its messages: correlated GGM trees, then the local linear code over their leaves.
 *
 * *Trees* (half-tree): level 1 has the nodes R and R ⊕ Δ with R the root; a node X of level i − 1 has the children
 * H_i(X) and H_i(X) ⊕ X, where H_i(X) = first 16 bytes of ChaCha12(key = X ‖ domain, counter = i, nonce = number of the
 * tree). Every level of a tree sums to Δ. The receiver knows all leaves but one, which it replaces by the sum of the others:
 * the sender's ⊕ Δ.
 *
 * *Code*: row j (row 0 is leaf 0 of tree 0 of the session, not of the call) gets the table's rows at 10 places added. The
 * places are the low bits of consecutive little-endian numbers of 2 bytes (k ≤ 2^16) or 3 bytes in the ChaCha8 keystream of
 * the key, 10 numbers a row. The places are public, so fewer rounds than elsewhere are enough.
 *
 * Source: Guo, Yang, Wang, Zhang, Xie, Liu, Zhao, Half-Tree, eprint 2022/1431, cGGM; Yang, Weng, Lan, Zhang, Wang,
 *         Ferret, eprint 2020/924.
 */
export interface FerretKernels {
  /**
   * @param roots - [trees × 16], secret.
   * @param delta - [16], secret, with the lowest bit 1.
   * @throws RangeError if a length does not fit.
   */
  ferretSender(roots: Uint8Array, delta: Uint8Array, trees: FerretTrees, code: FerretCode): FerretSenderRows;

  /**
   * @param paths - [trees], secret: the unknown leaf of each tree; its highest bit decides at level 1.
   * @param sums - [trees × depth × 16]: of every level the sum of the nodes on the side that the path does not take.
   * @returns [trees × 2^depth × 16].
   * @throws RangeError if a length does not fit.
   */
  ferretReceiver(paths: Uint32Array, sums: Uint8Array, trees: FerretTrees, code: FerretCode): Uint8Array;
}
