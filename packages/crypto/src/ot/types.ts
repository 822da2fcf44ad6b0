/**
 * Oblivious transfer as functionalities: what every implementation (ideal, SoftSpoken, …) offers.
 *
 * Random OT (ROT): for each instance j the sender holds two keys, the receiver a random choice bit and the key of its
 * choice. Keys come hash-expanded to pads of any length, so one instance serves a bit, a ring element or a vector.
 * @module
 */
import type { Kernels } from '@relent/kernels';
import type { MessageCost } from '../cost.js';
import type { Protocol } from '../protocol.js';

/** Bytes per instance: one number for all, or one entry for each instance. */
export type PadLengths = number | Uint32Array;

/**
 * The rows behind a batch as keys that authenticate the receiver's choices: K_j = M_j ⊕ choice_j Δ. XORs of keys
 * authenticate XORs of choices.
 */
export interface BitKeys {
  /** [count × 16] K_j: secret. */
  readonly rows: Uint8Array;
  /** [16] Δ: secret. */
  readonly delta: Uint8Array;
  /** [16] public domain under which sums of rows are hashed, each sum with a number of its own. */
  readonly domain: Uint8Array;
}

/** The kernel that hashes sums of rows into pads. */
export type RowHash = Pick<Kernels, 'hashRows'>;

/** The receiver's side of {@link BitKeys}: M_j. */
export type BitTags = Omit<BitKeys, 'delta'>;

/** The sender's half of a batch of random OTs; single use. */
export interface RandomOtSender {
  readonly count: number;
  /** Number of the first instance among all of the set-up. */
  readonly first: number;
  /**
   * Keeps the rows, which {@link expand} wipes.
   * @throws ProtocolError `reused` after {@link expand}.
   */
  authenticate(): BitKeys;
  /**
   * Expands both keys of every instance.
   * @returns `zero`, `one`: the pads, instance after instance.
   * @throws ProtocolError `reused` on a second call.
   */
  expand(lengths: PadLengths): { readonly zero: Uint8Array; readonly one: Uint8Array };
}

/** The receiver's half of a batch of random OTs; single use. */
export interface RandomOtReceiver {
  readonly count: number;
  /** As at the sender. */
  readonly first: number;
  /** As at the sender. */
  authenticate(): BitTags;
  /** [count] bytes 0 or 1: the random choices. */
  readonly choices: Uint8Array;
  /**
   * Expands the chosen key of every instance.
   * @throws ProtocolError `reused` on a second call.
   */
  expand(lengths: PadLengths): Uint8Array;
}

/** Makes batches of random OTs, sender's side. Each call uses fresh instances. */
export interface OtExtensionSender {
  /**
   * Makes sure that the next extensions, `count` instances in all, can run side by side. An extension that makes its
   * instances for each batch alone needs no message for that.
   */
  prepare(count: number): Protocol<void>;
  extend(count: number): Protocol<RandomOtSender>;
}

/** Makes batches of random OTs, receiver's side. */
export interface OtExtensionReceiver {
  /** See {@link OtExtensionSender.prepare}. */
  prepare(count: number): Protocol<void>;
  extend(count: number): Protocol<RandomOtReceiver>;
}

/** Correlated OTs, sender's side: row q_j for each instance, with one Δ for all. */
export interface CotSenderRows {
  /** [made × 16], made ≥ count. */
  readonly rows: Uint8Array;
  /** Number of the first row among all of the set-up. */
  readonly first: number;
}

/** Correlated OTs, receiver's side: row t_j = q_j ⊕ u_j Δ and the random choice u_j of each instance. */
export interface CotReceiverRows extends CotSenderRows {
  /** [count] bytes 0 or 1. */
  readonly choices: Uint8Array;
}

/** Makes batches of correlated OTs, sender's side. */
export interface CotSender {
  correlate(count: number): Protocol<CotSenderRows>;
}

/** Makes batches of correlated OTs, receiver's side. */
export interface CotReceiver {
  correlate(count: number): Protocol<CotReceiverRows>;
}

/**
 * The messages of an extension, call by call: asked in the order of the calls that it stands for, it answers what
 * each sends.
 */
export interface OtLedger {
  /** The messages of the set-up. */
  readonly setup: readonly MessageCost[];
  prepare(count: number): readonly MessageCost[];
  extend(count: number): readonly MessageCost[];
}
