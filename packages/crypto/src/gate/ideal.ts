/**
 * The same functions on plain values: the specification that the protocols are tested against.
 * @module
 */
import { reduce, reduceUnsigned } from '../ring.js';
import type { CompareWindow } from './compare-plan.js';
import type { SiteShape } from './site-plan.js';

/** d = [z > 0] as bytes 0 or 1, z read modulo 2^l. */
export function idealCompare(z: Int32Array, ringBits: number): Uint8Array {
  return Uint8Array.from(z, (value) => (reduce(value, ringBits) > 0 ? 1 : 0));
}

/**
 * What the comparison of a window of bits yields, as bytes 0 or 1: with u = z - 1 read modulo 2^high and the client's
 * share u_c, d = [floor(u / 2^low) - [(u_c mod 2^low) > (u mod 2^low)] >= 0], where the left side is read modulo
 * 2^(high-low).
 *
 * For |z| <= 2^(high-1) - 2^low this is [z > 0], but that scores from 1 to 2^low - 1 may give 0: z does so for 2^low - z of
 * the 2^low values of u_c mod 2^low. With uniform shares that is a probability of 1 - z / 2^low.
 * @param client - [n] the client's share of every z.
 */
export function idealWindowCompare(z: Int32Array, client: Int32Array, { low, high }: CompareWindow): Uint8Array {
  return Uint8Array.from(z, (value, i) => {
    const u = reduce(value - 1, high);
    const carry = low > 0 && reduceUnsigned(client[i]! - 1, low) > reduceUnsigned(u, low) ? 1 : 0;
    return reduce((u >> low) - carry, high - low) >= 0 ? 1 : 0;
  });
}

/**
 * x' = floor(z / 2^f) + [(z_c mod 2^f) <= (z mod 2^f)] for f > 0.
 * @param client - [n] the client's share of every z; null for exact truncation, floor(z / 2^f).
 */
export function idealTruncate(z: Int32Array, client: Int32Array | null, bits: number, ringBits: number): Int32Array {
  if (bits === 0) return z.map((value) => reduce(value, ringBits));
  return z.map((value, i) => {
    const carry = client !== null && reduceUnsigned(client[i]!, bits) <= reduceUnsigned(value, bits) ? 1 : 0;
    return (reduce(value, ringBits) >> bits) + carry;
  });
}

/**
 * A site's output.
 * @param z - [neurons] pre-activations.
 * @param client - [neurons] the client's share of every z; null for exact truncation.
 * @param gates - [gateCount] plain gate bits.
 * @param quadratics - the client's share of what each quadratic truncates, in order of the neurons without gate; only
 *        read if these have quadratics.
 * @returns [neurons] y, reduced.
 */
export function idealSite(
  shape: SiteShape,
  z: Int32Array,
  client: Int32Array | null,
  gates: Uint8Array,
  quadratics: Int32Array = new Int32Array(0),
): Int32Array {
  const { polynomial, ringBits, truncationBits } = shape;
  const coarse = idealTruncate(z, client, truncationBits + (polynomial?.squareBits ?? 0), ringBits);
  let next = 0;
  const x = idealTruncate(z, client, shape.truncationBits, shape.ringBits);
  return x.map((value, i) => {
    const gate = shape.gateOf[i]!;
    const channel = Math.floor(i / shape.neuronsPerChannel);
    if (gate < 0 && polynomial !== null) {
      const { c2, c1, c0, outerBits } = polynomial;
      const square = Math.imul(coarse[i]!, coarse[i]!);
      const sum = Math.imul(c2[channel]!, square) + Math.imul(c1[channel]!, value) + c0[channel]!;
      return idealTruncate(Int32Array.of(sum), quadratics.subarray(next, ++next), outerBits, ringBits)[0]!;
    }
    const factor = gate < 0 ? 1 << shape.affineBits : shape.b[channel]! + shape.a[channel]! * gates[gate]!;
    return reduce(Math.imul(value, factor), shape.ringBits);
  });
}
