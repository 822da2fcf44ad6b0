/**
 * Protocols as synchronous generators that yield `send` and `receive` effects.
 *
 * A protocol reads like the figure in its paper and never waits: a runner (memory, TCP, WebSocket, a recording)
 * carries the bytes. Sub-protocols compose with `yield*`; {@link all} runs independent ones in lock step and merges
 * their messages, so that rounds become a maximum, not a sum.
 * @module
 */

/** What a protocol asks its runner to do. */
export type Effect = { readonly kind: 'send'; readonly bytes: Uint8Array } | { readonly kind: 'receive' };

/** A party's side of a protocol that ends in a T. */
export type Protocol<T> = Generator<Effect, T, Uint8Array>;

const nothing = new Uint8Array(0);

/** Sends one message. */
export function* send(bytes: Uint8Array): Protocol<void> {
  yield { kind: 'send', bytes };
}

/** Receives the next message of the peer. */
export function* receive(): Protocol<Uint8Array> {
  return yield { kind: 'receive' };
}

/** A protocol without messages, for results that are known at once. */
// biome-ignore lint/correctness/useYield: a protocol may need no message.
export function* done<T>(value: T): Protocol<T> {
  return value;
}

/** Advances a generator, giving it a value only when it asked for one. */
export function step<T>(protocol: Protocol<T>, received: Uint8Array | null): IteratorResult<Effect, T> {
  return protocol.next(received ?? nothing);
}
