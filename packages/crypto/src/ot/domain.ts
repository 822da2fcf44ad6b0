/**
 * Domain separation: every key derivation of a session gets a public 16-byte label of its own.
 * @module
 */
import type { Group } from './base/group.js';

/** Bytes of a session identifier. AGREEMENT. */
export const SESSION_ID_BYTES = 16;

/** Bytes of a domain. AGREEMENT. */
const DOMAIN_BYTES = 16;

/** Which run of a protocol this is; both parties must name the same. */
export interface OtContext {
  /** [16] public, never used for two sessions. */
  readonly sessionId: Uint8Array;
  /** Distinguishes set-ups within a session, for example one for each direction: 0 … 255. */
  readonly instance: number;
}

/**
 * Checks a context.
 * @throws RangeError if the identifier or the instance is out of range.
 */
export function expectContext({ sessionId, instance }: OtContext): void {
  if (sessionId.length !== SESSION_ID_BYTES) {
    throw new RangeError(`"sessionId" expected ${SESSION_ID_BYTES} bytes, got ${sessionId.length}`);
  }
  if (!Number.isInteger(instance) || instance < 0 || instance > 255) {
    throw new RangeError(`"instance" expected 0 … 255, got ${instance}`);
  }
}

/**
 * The bytes label ‖ 0 ‖ instance ‖ sessionId, an injective encoding for labels without a zero byte.
 * @param label - ASCII.
 */
export function contextBytes(label: string, context: OtContext): Uint8Array {
  expectContext(context);
  const bytes = new Uint8Array(label.length + 2 + SESSION_ID_BYTES);
  for (let i = 0; i < label.length; i++) bytes[i] = label.charCodeAt(i);
  bytes[label.length + 1] = context.instance;
  bytes.set(context.sessionId, label.length + 2);
  return bytes;
}

/** The domain [16] of a label: the hash of {@link contextBytes}, cut. */
export function deriveDomain(group: Group, label: string, context: OtContext): Uint8Array {
  return group.hash(contextBytes(label, context)).slice(0, DOMAIN_BYTES);
}
