/**
 * The same functions on plain values: the specification that the protocols are tested against.
 * @module
 */
import { reduce, reduceUnsigned } from '../ring.js';
import type { SiteShape } from './site-plan.js';

/** d = [z > 0] as bytes 0 or 1, z read modulo 2^l. */
export function idealCompare(z: Int32Array, ringBits: number): Uint8Array {
  return Uint8Array.from(z, (value) => (reduce(value, ringBits) > 0 ? 1 : 0));
}

/**
 * x' = floor(z / 2^f) - [(z_c mod 2^f) > (z mod 2^f)].
 * @param client - [n] the client's share of every z.
 */
export function idealTruncate(z: Int32Array, client: Int32Array, bits: number, ringBits: number): Int32Array {
  if (bits === 0) return z.map((value) => reduce(value, ringBits));
  return z.map((value, i) => {
    const carry = reduceUnsigned(client[i]!, bits) > reduceUnsigned(value, bits) ? 1 : 0;
    return (reduce(value, ringBits) >> bits) - carry;
  });
}

/**
 * A site's output.
 * @param z - [neurons] pre-activations.
 * @param client - [neurons] the client's share of every z.
 * @param gates - [gateCount] plain gate bits.
 * @returns [neurons] y, reduced.
 */
export function idealSite(shape: SiteShape, z: Int32Array, client: Int32Array, gates: Uint8Array): Int32Array {
  const x = idealTruncate(z, client, shape.truncationBits, shape.ringBits);
  return x.map((value, i) => {
    const gate = shape.gateOf[i]!;
    const channel = Math.floor(i / shape.neuronsPerChannel);
    const factor = gate < 0 ? 1 << shape.affineBits : shape.b[channel]! + shape.a[channel]! * gates[gate]!;
    return reduce(Math.imul(value, factor), shape.ringBits);
  });
}
