/**
 * The hot loops, as one interface with two implementations: `reference` (plain TypeScript, the specification) and
 * `wasm` (C compiled to WebAssembly SIMD). Every function is deterministic and allocates nothing but its result.
 * Integers are of Z_2^32, stored in Int32Array, with wrapping arithmetic.
 * @module
 */

import type { FerretKernels } from './contract-ferret.js';
import type { PolynomialKernels } from './poly/contract.js';

/** Geometry of an integer convolution; pairs are [vertical, horizontal]. */
export interface ConvGeometry {
  readonly inChannels: number;
  readonly inHeight: number;
  readonly inWidth: number;
  readonly outChannels: number;
  readonly kernel: readonly [number, number];
  readonly stride: readonly [number, number];
  readonly padding: readonly [number, number];
  readonly dilation: readonly [number, number];
  readonly groups: number;
}

/** What the party that knows all leaves gets from {@link Kernels.softspokenReceiver}. */
export interface SoftspokenReceiverRows {
  /** [count × 16]: row t_j of every instance. */
  readonly rows: Uint8Array;
  /** [count / 8] bits: the random choices u_0. */
  readonly choices: Uint8Array;
  /** [31 × count / 8] bits: u_b ⊕ u_0 for the blocks b = 1 … 31. */
  readonly corrections: Uint8Array;
}

/** The kernels that protocols and runtimes use. */
export interface Kernels extends FerretKernels {
  readonly name: 'reference' | 'wasm';

  /** Ring learning with errors. */
  readonly poly: PolynomialKernels;

  /**
   * Wrapping convolution (cross-correlation) over Z_2^32 with zero padding.
   * @param input - [inChannels, inHeight, inWidth].
   * @param weight - [outChannels, inChannels / groups, kh, kw].
   * @param bias - [outChannels] or null.
   * @returns [outChannels, outHeight, outWidth].
   * @throws RangeError if a length does not fit the geometry.
   */
  convolve(input: Int32Array, weight: Int32Array, bias: Int32Array | null, geometry: ConvGeometry): Int32Array;

  /**
   * ChaCha12 keystream of a 32-byte key, 64-bit nonce 0, from 64-bit block `counter` on.
   * @returns `length` bytes.
   */
  keystream(key: Uint8Array, counter: number, length: number): Uint8Array;

  /**
   * One ChaCha12 keystream per 16-byte seed, as GGM leaves and column PRGs need it: key = seed ‖ `domain` (16 bytes).
   * @param seeds - [n × 16].
   * @returns [n × length].
   */
  expandSeeds(seeds: Uint8Array, domain: Uint8Array, counter: number, length: number): Uint8Array;

  /**
   * Correlation-robust hash of rows: pad_j = first lengths_j bytes of ChaCha12(key = row_j ⊕ mask ‖ domain,
   * nonce = tweak + j, counter 0…).
   * @param rows - [n × 16].
   * @param mask - [16], XORed to each row (the sender's Δ), or null.
   * @param tweak - index of the first row, below 2^48; makes each instance's pad unique in a session.
   * @param lengths - bytes per row: one number, or one entry a row.
   * @returns the pads, row after row.
   */
  hashRows(
    rows: Uint8Array,
    mask: Uint8Array | null,
    domain: Uint8Array,
    tweak: number,
    lengths: number | Uint32Array,
  ): Uint8Array;

  /**
   * Transposes a bit matrix of 128 rows × n columns (row-major, bit j of a row at byte j >> 3, bit j & 7) to n rows of
   * 16 bytes.
   * @param bits - [128 × n / 8]; n a multiple of 128.
   */
  transpose128(bits: Uint8Array, n: number): Uint8Array;

  /**
   * The receiver's rows of SoftSpoken OT extension with k = 4, from all leaves of its 32 blocks.
   *
   * Leaf x of block b expands to PRG(b, x), the ChaCha12 keystream of key = leaf ‖ domain. With u_b = ⊕_x PRG(b, x)
   * and, for bit i of x, v_{b,i} = ⊕_x x_i · PRG(b, x), bit 4b + i of row j is bit j of v_{b,i}.
   *
   * Source:   Roy, SoftSpokenOT, eprint 2022/192: small-field VOLE from all-but-one OT, repetition code.
   * @param leaves - [32 × 16 × 16].
   * @param domain - [16].
   * @param counter - first ChaCha block; a call uses ⌈count / 512⌉ blocks.
   * @param count - instances, a multiple of 128.
   * @throws RangeError if a length does not fit.
   */
  softspokenReceiver(leaves: Uint8Array, domain: Uint8Array, counter: number, count: number): SoftspokenReceiverRows;

  /**
   * The sender's rows q_j = t_j ⊕ u_{0,j} · Δ of SoftSpoken OT extension with k = 4, from all leaves but one a block.
   * @param leaves - [32 × 16 × 16]: at place y of block b the leaf x = y ⊕ Δ_b (Δ_b: bits 4b … 4b + 3 of Δ); place 0,
   *   the unknown leaf, is ignored.
   * @param delta - [16], Δ.
   * @param corrections - [31 × count / 8], the receiver's.
   * @returns [count × 16].
   * @throws RangeError if a length does not fit.
   */
  softspokenSender(
    leaves: Uint8Array,
    domain: Uint8Array,
    counter: number,
    count: number,
    delta: Uint8Array,
    corrections: Uint8Array,
  ): Uint8Array;
}
