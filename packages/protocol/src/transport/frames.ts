/**
 * Cutting messages into frames and putting them together again, see `transport/types.ts`.
 * @module
 */
import { ProtocolError } from '@relent/crypto';
import { frameBytes, frameHeadBytes } from './types.js';

const MORE = 0x80000000;

/** The frames of a message: heads and views of the message, in order. */
export function* framesOf(message: Uint8Array): Generator<readonly [head: Uint8Array, payload: Uint8Array]> {
  let at = 0;
  do {
    const payload = message.subarray(at, at + frameBytes);
    at += payload.length;
    const head = new Uint8Array(frameHeadBytes);
    new DataView(head.buffer).setUint32(0, (payload.length | (at < message.length ? MORE : 0)) >>> 0, true);
    yield [head, payload];
  } while (at < message.length);
}

/** Puts messages together from a byte stream that arrives in arbitrary pieces. */
export class FrameReader {
  /** Longest message that is put together, bytes; holds from the next frame on. */
  maxMessageBytes: number;
  readonly #head = new Uint8Array(frameHeadBytes);
  #headFilled = 0;
  #payload: Uint8Array | null = null;
  #payloadFilled = 0;
  #more = false;
  #parts: Uint8Array[] = [];
  #partsBytes = 0;

  constructor(maxMessageBytes: number) {
    this.maxMessageBytes = maxMessageBytes;
  }

  /** Whether the stream stands inside a message. */
  get partial(): boolean {
    return this.#headFilled > 0 || this.#payload !== null || this.#parts.length > 0;
  }

  /**
   * Takes the next piece of the stream.
   * @returns the messages it completes.
   * @throws ProtocolError `malformed` if a frame or a message is longer than allowed, or a frame that goes on is not full.
   */
  take(piece: Uint8Array): Uint8Array[] {
    const messages: Uint8Array[] = [];
    let at = 0;
    while (at < piece.length || (this.#payload !== null && this.#payload.length === this.#payloadFilled)) {
      if (this.#payload === null) {
        const count = Math.min(frameHeadBytes - this.#headFilled, piece.length - at);
        this.#head.set(piece.subarray(at, at + count), this.#headFilled);
        this.#headFilled += count;
        at += count;
        if (this.#headFilled === frameHeadBytes) this.#openFrame();
        continue;
      }
      const count = Math.min(this.#payload.length - this.#payloadFilled, piece.length - at);
      this.#payload.set(piece.subarray(at, at + count), this.#payloadFilled);
      this.#payloadFilled += count;
      at += count;
      if (this.#payloadFilled === this.#payload.length) {
        const message = this.#closeFrame(this.#payload);
        if (message) messages.push(message);
      }
    }
    return messages;
  }

  #openFrame(): void {
    const head = new DataView(this.#head.buffer).getUint32(0, true);
    const length = head & 0x7fffffff;
    this.#more = head >= MORE;
    if (length > frameBytes || (this.#more && length !== frameBytes)) {
      throw new ProtocolError('malformed', 'frame', `"frame" expected at most ${frameBytes} bytes, got ${length}`);
    }
    if (this.#partsBytes + length > this.maxMessageBytes) {
      throw new ProtocolError(
        'malformed',
        'frame',
        `"message" expected at most ${this.maxMessageBytes} bytes, got ${this.#partsBytes + length} or more`,
      );
    }
    this.#headFilled = 0;
    this.#payload = new Uint8Array(length);
    this.#payloadFilled = 0;
  }

  #closeFrame(payload: Uint8Array): Uint8Array | null {
    this.#payload = null;
    this.#parts.push(payload);
    this.#partsBytes += payload.length;
    if (this.#more) return null;
    const parts = this.#parts;
    const bytes = this.#partsBytes;
    this.#parts = [];
    this.#partsBytes = 0;
    if (parts.length === 1) return payload;
    const message = new Uint8Array(bytes);
    let at = 0;
    for (const part of parts) {
      message.set(part, at);
      at += part.length;
    }
    return message;
  }
}
