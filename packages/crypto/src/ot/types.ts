/**
 * Oblivious transfer as functionalities: what every implementation (ideal, SoftSpoken, …) offers.
 *
 * Random OT (ROT): for each instance j the sender holds two keys, the receiver a random choice bit and the key of its
 * choice. Keys come hash-expanded to pads of any length, so one instance serves a bit, a ring element or a vector.
 * @module
 */
import type { Protocol } from '../protocol.js';

/** Bytes per instance: one number for all, or one entry for each instance. */
export type PadLengths = number | Uint32Array;

/** The sender's half of a batch of random OTs; single use. */
export interface RandomOtSender {
  readonly count: number;
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
  extend(count: number): Protocol<RandomOtSender>;
}

/** Makes batches of random OTs, receiver's side. */
export interface OtExtensionReceiver {
  extend(count: number): Protocol<RandomOtReceiver>;
}
