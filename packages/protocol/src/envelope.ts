/**
 * The head of every message: kind, place in the chain of dependent messages, sequence number, checksum.
 *
 * Layout, little endian: kind u8 | zero u8 | depth u16 | sequence u32 | checksum u32 | payload. A lost, repeated or
 * reordered message breaks the sequence; a damaged one the checksum. Neither is a defence against an attacker on the
 * wire, who is out of scope and belongs to TLS underneath.
 * @module
 */
import { ProtocolError, type ProtocolErrorCode } from '@relent/crypto';

/** Bytes of the head. */
export const envelopeBytes = 12;

/** What a message is for: the handshake's three, a request of the client, protocol data, or the end by an error. */
export type MessageKind = 'hello' | 'welcome' | 'accept' | 'request' | 'data' | 'abort';

const kinds: readonly MessageKind[] = ['hello', 'welcome', 'accept', 'request', 'data', 'abort'];

/** A message as the envelope describes it. */
export interface Envelope {
  readonly kind: MessageKind;
  /** Place of the message in the longest chain of dependent messages of its phase, from 1. */
  readonly depth: number;
  readonly payload: Uint8Array;
}

/** Words of head and payload without the checksum, and a last partial word; every step is a bijection of the state. */
function checksum(message: Uint8Array): number {
  const whole = message.length >>> 2;
  const aligned = message.byteOffset & 3 ? message.slice() : message;
  const words = new Uint32Array(aligned.buffer, aligned.byteOffset, whole);
  let state = message.length | 0;
  for (let i = 0; i < whole; i++) {
    if (i === 2) continue;
    state = Math.imul(state ^ (words[i] as number), 0x9e3779b1);
    state ^= state >>> 15;
  }
  for (let i = whole * 4; i < message.length; i++) {
    state = Math.imul(state ^ (message[i] as number), 0x9e3779b1);
    state ^= state >>> 15;
  }
  return state >>> 0;
}

/** Puts the head before a payload. */
export function encodeEnvelope(kind: MessageKind, depth: number, sequence: number, payload: Uint8Array): Uint8Array {
  const message = new Uint8Array(envelopeBytes + payload.length);
  const view = new DataView(message.buffer);
  view.setUint8(0, kinds.indexOf(kind) + 1);
  view.setUint16(2, Math.min(depth, 0xffff), true);
  view.setUint32(4, sequence >>> 0, true);
  message.set(payload, envelopeBytes);
  view.setUint32(8, checksum(message), true);
  return message;
}

/**
 * Splits a message and checks its head.
 * @param sequence - the expected number.
 * @param step - named in errors.
 * @throws ProtocolError `malformed` if the head is not that of the next message.
 */
export function decodeEnvelope(message: Uint8Array, sequence: number, step: string): Envelope {
  const malformed = (text: string): ProtocolError => new ProtocolError('malformed', step, text);
  if (message.length < envelopeBytes) {
    throw malformed(`"message" expected at least ${envelopeBytes} bytes, got ${message.length}`);
  }
  const view = new DataView(message.buffer, message.byteOffset, message.length);
  if (view.getUint32(8, true) !== checksum(message))
    throw malformed('"checksum" expected that of the message, got another');
  const kind = kinds[view.getUint8(0) - 1];
  if (kind === undefined || view.getUint8(1) !== 0) throw malformed('"kind" expected a known kind, got another');
  const got = view.getUint32(4, true);
  if (got !== sequence >>> 0) throw malformed(`"sequence" expected ${sequence}, got ${got}`);
  return { kind, depth: view.getUint16(2, true), payload: message.subarray(envelopeBytes) };
}

const codes: readonly ProtocolErrorCode[] = [
  'malformed',
  'version',
  'parameters',
  'model',
  'reused',
  'aborted',
  'unknown',
];

/** The payload of an abort: one byte. */
export function encodeAbort(code: ProtocolErrorCode): Uint8Array {
  return Uint8Array.of(codes.indexOf(code) + 1);
}

/** Reads the payload of an abort; an unknown code reads as `aborted`. */
export function decodeAbort(payload: Uint8Array): ProtocolErrorCode {
  return codes[(payload[0] ?? 0) - 1] ?? 'aborted';
}
