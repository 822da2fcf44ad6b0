/**
 * Sending and receiving bit strings of known size; an empty message is not sent at all.
 * @module
 */
import { BitReader, type BitWriter } from '../bit-stream.js';
import { type Protocol, receive, send } from '../protocol.js';

/** Sends a finished message, unless it is empty. */
export function* sendBits(writer: BitWriter): Protocol<void> {
  const bytes = writer.finish();
  if (bytes.length > 0) yield* send(bytes);
}

/**
 * Receives a message of exactly `bits` bits; does not wait for an empty one.
 * @throws ProtocolError `malformed` if its length or padding is wrong.
 */
export function* receiveBits(bits: number, step: string): Protocol<BitReader> {
  return new BitReader(bits > 0 ? yield* receive() : new Uint8Array(0), bits, step);
}
