/**
 * Ring elements on the wire: l bits each, least significant bit first, no padding but in the last byte.
 * @module
 */
import { BitReader, BitWriter } from '@relent/crypto';

/** Packs elements of Z_2^l. */
export function packRing(values: Int32Array, ringBits: number): Uint8Array {
  const writer = new BitWriter(values.length * ringBits);
  writer.writeAll(values, ringBits);
  return writer.finish();
}

/**
 * Reads elements of Z_2^l, sign-extended.
 * @throws ProtocolError `malformed` unless the message has exactly the size of `count` elements.
 */
export function unpackRing(message: Uint8Array, count: number, ringBits: number, step: string): Int32Array {
  const reader = new BitReader(message, count * ringBits, step);
  const values = reader.readAll(count, ringBits);
  reader.finish();
  return values;
}
