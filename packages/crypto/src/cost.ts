/**
 * What a protocol costs, as a value: the list of its messages. Tests hold it against the meter byte for byte.
 * @module
 */

/** One message: `up` goes from the client to the server. */
export interface MessageCost {
  readonly direction: 'up' | 'down';
  readonly bits: number;
}

/** The messages of a protocol in causal order, and the random OTs that it consumes. */
export interface Cost {
  readonly messages: readonly MessageCost[];
  /** Random OTs by the party that is their sender. */
  readonly rots: { readonly client: number; readonly server: number };
}

/** A cost in bytes. */
export interface CostTotals {
  readonly bytesUp: number;
  readonly bytesDown: number;
  readonly messages: number;
  /** One-way message delays in a row: the number of changes of direction, plus one. A round trip is 2. */
  readonly rounds: number;
}

/** Bytes of a message of `bits` bits. */
export function messageBytes(bits: number): number {
  return Math.ceil(bits / 8);
}

/** Bytes, messages and rounds of a cost; every message is rounded up to bytes on its own. */
export function evaluateCost(cost: Cost): CostTotals {
  let bytesUp = 0;
  let bytesDown = 0;
  let rounds = 0;
  let last: MessageCost['direction'] | null = null;
  for (const { direction, bits } of cost.messages) {
    if (direction === 'up') bytesUp += messageBytes(bits);
    else bytesDown += messageBytes(bits);
    if (direction !== last) rounds++;
    last = direction;
  }
  return { bytesUp, bytesDown, messages: cost.messages.length, rounds };
}
