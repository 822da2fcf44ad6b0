/**
 * What the protocol needs of a wire: whole messages, in order, both ways.
 *
 * Wire format (every transport counts its bytes by it, also those without a wire): a message is cut into frames of at
 * most {@link frameBytes} payload bytes; a frame is a 4-byte little-endian head followed by its payload. The head's low
 * 31 bits are the payload's length, its top bit says that the message goes on in the next frame. An empty message is one
 * empty frame.
 * @module
 */

/** The wire broke, was closed, or a deadline passed; the caller may open a new session. */
export class TransportError extends Error {
  override readonly name = 'TransportError';
  constructor(message: string, options?: { readonly cause?: unknown }) {
    super(message);
    if (options?.cause !== undefined) this.cause = options.cause;
  }
}

/** A bidirectional stream of messages. */
export interface Channel {
  /**
   * Hands over one message; resolves when more may be sent (back-pressure). The bytes belong to the channel afterwards.
   * @throws TransportError if the channel is closed.
   */
  send(message: Uint8Array): Promise<void>;
  /**
   * The next message of the peer, in a buffer of the receiver's own.
   * @throws TransportError if the channel is closed; ProtocolError `malformed` if the peer breaks the framing.
   */
  receive(): Promise<Uint8Array>;
  /**
   * Sets the longest message that is put together from now on, bytes: a longer one is `malformed` before room is made for
   * it. Channels without a wire need none.
   */
  limitMessages?(maxMessageBytes: number): void;
  /** Ends the channel after what was sent; a waiting `receive` fails. Idempotent. */
  close(): void;
}

/** Largest payload of one frame. */
export const frameBytes = 1 << 20;

/** Largest message that a channel puts together unless told otherwise. LOCAL. */
export const defaultMaxMessageBytes = 2 ** 28;

/** Bytes of a frame's head. */
export const frameHeadBytes = 4;

/** The bytes that a message of `messageBytes` takes on the wire, frame heads included. */
export function wireBytes(messageBytes: number): number {
  return messageBytes + frameHeadBytes * Math.max(1, Math.ceil(messageBytes / frameBytes));
}
