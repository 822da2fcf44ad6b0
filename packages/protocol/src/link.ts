/**
 * A channel in use by a session: message heads, metering, deadlines, and the one way a session ends by an error.
 * @module
 */
import { ProtocolError } from '@relent/crypto';
import { type Clock, withDeadline } from './clock.js';
import {
  decodeAbort,
  decodeEnvelope,
  encodeAbort,
  encodeEnvelope,
  envelopeBytes,
  type MessageKind,
} from './envelope.js';
import type { TrafficMeter } from './meter.js';
import { type Channel, TransportError, wireBytes } from './transport/types.js';

/** Options of {@link Link}. */
export interface LinkOptions {
  readonly clock: Clock;
  readonly meter: TrafficMeter;
  /** How long one message may take to leave or to come, milliseconds. */
  readonly timeoutMs: number;
  /** Largest payload that is accepted until {@link Link.limitMessages} says otherwise. */
  readonly maxMessageBytes: number;
}

/** How long the peer is given to take the notice of an abort, milliseconds. */
const abortGraceMs = 2_000;

/** The bytes that a message with this payload takes on the wire, heads included. */
export function messageWireBytes(payloadBytes: number): number {
  return wireBytes(envelopeBytes + payloadBytes);
}

function abortedError(step: string, payload: Uint8Array): ProtocolError {
  return new ProtocolError('aborted', step, `the peer ended the session with code "${decodeAbort(payload)}"`);
}

/** One side of a session's wire. */
export class Link {
  readonly meter: TrafficMeter;
  readonly #channel: Channel;
  readonly #clock: Clock;
  readonly #timeoutMs: number;
  #maxMessageBytes: number;
  #sent = 0;
  #received = 0;
  #failed = false;
  #closed = false;

  constructor(channel: Channel, options: LinkOptions) {
    this.#channel = channel;
    this.#clock = options.clock;
    this.meter = options.meter;
    this.#timeoutMs = options.timeoutMs;
    this.#maxMessageBytes = options.maxMessageBytes;
    this.limitMessages(options.maxMessageBytes);
  }

  /** Accepts larger payloads from now on, if the given size is larger than what was accepted. */
  raiseLimit(maxMessageBytes: number): void {
    if (maxMessageBytes > this.#maxMessageBytes) this.limitMessages(maxMessageBytes);
  }

  /** Sets the largest payload that is accepted from now on: before the peer may send one that needs it. */
  limitMessages(maxMessageBytes: number): void {
    this.#maxMessageBytes = maxMessageBytes;
    this.#channel.limitMessages?.(envelopeBytes + maxMessageBytes);
  }

  /**
   * Sends one message.
   * @throws ProtocolError `aborted` if the peer gave up and closed before it was read.
   * @throws TransportError if the session has ended, the wire broke or the deadline passed.
   */
  async send(kind: MessageKind, payload: Uint8Array): Promise<void> {
    this.#checkOpen();
    const depth = this.meter.sent(messageWireBytes(payload.length));
    const message = encodeEnvelope(kind, depth, this.#sent++, payload);
    const sent = this.#channel.send(message).catch(async (error: unknown) => {
      throw (await this.#unreadAbort()) ?? error;
    });
    await withDeadline(sent, this.#clock, this.#timeoutMs, () => this.#late('leave'));
  }

  /**
   * Receives the next message.
   * @param kind - what it must be.
   * @throws ProtocolError `malformed` if it is anything else, `aborted` if the peer gave up.
   * @throws TransportError if the session has ended, the wire broke or the deadline passed.
   */
  async receive(kind: MessageKind, timeoutMs = this.#timeoutMs): Promise<Uint8Array> {
    this.#checkOpen();
    const step = this.meter.step;
    const message = await withDeadline(this.#channel.receive(), this.#clock, timeoutMs, () => this.#late('come'));
    const envelope = decodeEnvelope(message, this.#received++, step);
    if (envelope.kind === 'abort') {
      throw abortedError(step, envelope.payload);
    }
    if (envelope.kind !== kind) {
      throw new ProtocolError('malformed', step, `"kind" expected ${kind}, got ${envelope.kind}`);
    }
    if (envelope.payload.length > this.#maxMessageBytes) {
      throw new ProtocolError(
        'malformed',
        step,
        `"message" expected at most ${this.#maxMessageBytes} bytes, got ${envelope.payload.length}`,
      );
    }
    this.meter.received(messageWireBytes(envelope.payload.length), envelope.depth);
    return envelope.payload;
  }

  /** Ends the session by an error: tells the peer one code, where it may still listen, and closes. */
  async fail(error: unknown): Promise<void> {
    if (this.#failed || this.#closed) return;
    this.#failed = true;
    const byPeer = error instanceof ProtocolError && error.code === 'aborted';
    if (!(error instanceof TransportError) && !byPeer) {
      const code = error instanceof ProtocolError ? error.code : 'aborted';
      const notice = encodeEnvelope('abort', 1, this.#sent++, encodeAbort(code));
      const late = (): Error => this.#late('leave');
      await withDeadline(this.#channel.send(notice), this.#clock, abortGraceMs, late).catch(() => undefined);
    }
    this.#channel.close();
  }

  /** Ends the session in peace. */
  close(): void {
    this.#closed = true;
    this.#channel.close();
  }

  /** The peer's notice of an abort among what it sent before it closed the channel. */
  async #unreadAbort(): Promise<ProtocolError | null> {
    try {
      for (;;) {
        const next = withDeadline(this.#channel.receive(), this.#clock, abortGraceMs, () => this.#late('come'));
        const { kind, payload } = decodeEnvelope(await next, this.#received++, this.meter.step);
        if (kind === 'abort') return abortedError(this.meter.step, payload);
      }
    } catch {
      return null;
    }
  }

  #checkOpen(): void {
    if (this.#failed || this.#closed) {
      throw new TransportError(`"session" expected an open session, got ${this.#failed ? 'a failed' : 'a closed'} one`);
    }
  }

  #late(what: 'leave' | 'come'): TransportError {
    return new TransportError(`"${this.meter.step}" expected its message to ${what} in time, got none`);
  }
}
