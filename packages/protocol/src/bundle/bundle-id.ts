/**
 * How both parties name one bundle alike.
 * @module
 */
import type { Group } from '@relent/crypto';

/** Bytes of an id on the wire. */
export const bundleIdBytes = 16;

/** An id from the wire as the store has it. */
export function bundleIdFrom(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** Ids for the wire, one after the other. */
export function encodeBundleIds(ids: readonly string[]): Uint8Array {
  const bytes = new Uint8Array(ids.length * bundleIdBytes);
  for (const [number, id] of ids.entries()) {
    for (let i = 0; i < bundleIdBytes; i++) {
      bytes[number * bundleIdBytes + i] = Number.parseInt(id.slice(2 * i, 2 * i + 2), 16);
    }
  }
  return bytes;
}

/** Splits ids from the wire; the length was checked. */
export function decodeBundleIds(bytes: Uint8Array): string[] {
  return Array.from({ length: bytes.length / bundleIdBytes }, (_, number) =>
    bundleIdFrom(bytes.subarray(number * bundleIdBytes, (number + 1) * bundleIdBytes)),
  );
}

/**
 * The id of the n-th bundle of a session. The session's identifier hashes a nonce of either party, so neither can make
 * an id come twice.
 */
export function bundleIdOf({ hash }: Pick<Group, 'hash'>, sessionId: Uint8Array, number: number): string {
  const label = Uint8Array.from('relent bundle', (letter) => letter.charCodeAt(0));
  const input = new Uint8Array(label.length + sessionId.length + 4);
  input.set(label);
  input.set(sessionId, label.length);
  new DataView(input.buffer).setUint32(label.length + sessionId.length, number, true);
  return bundleIdFrom(hash(input).subarray(0, bundleIdBytes));
}
