/**
 * The three steps of a site, in the ring: scores, truncation, gated product.
 * @module
 */
import type { IntegerGates } from '../integer-graph.js';
import type { ScoreWindow } from './compare-window.js';
import { ringReduce, ringReduceOne } from './ring.js';

/**
 * Scores of a site's own gates: s_g = Σ scoreWeight · z in Z_2^l. Linear without constant, so it also maps additive
 * shares of z to additive shares of s.
 *
 * @param z - [C·H·W] pre-activations, or one share of them.
 * @returns [comparisons] sign-extended l-bit integers.
 */
export function siteScores(gates: IntegerGates, z: Int32Array, ringBits: number): Int32Array {
  const { scoreStart, scoreNeuron, scoreWeight } = gates;
  const scores = new Int32Array(gates.comparisons);
  for (let g = 0; g < scores.length; g++) {
    let sum = 0;
    for (let k = scoreStart[g]!; k < scoreStart[g + 1]!; k++)
      sum = (sum + Math.imul(scoreWeight[k]!, z[scoreNeuron[k]!]!)) | 0;
    scores[g] = sum;
  }
  return ringReduce(scores, ringBits);
}

/**
 * The decisions d(s), one byte a gate: [s > 0], or what the comparison of a window of bits of the shares yields, see the
 * module comment of `integer-graph.ts`.
 *
 * @param window - without it, the whole ring.
 * @param clientScores - the client's share of every score; null for mode `floor`.
 */
export function siteDecisions(
  scores: Int32Array,
  window?: ScoreWindow,
  clientScores: Int32Array | null = null,
): Uint8Array {
  if (window === undefined) return Uint8Array.from(scores, (score) => (score > 0 ? 1 : 0));
  const { low, high } = window;
  const ignored = 2 ** low - 1;
  return Uint8Array.from(scores, (score, g) => {
    const above = ringReduceOne(score - 1, high);
    const carry = clientScores !== null && ((clientScores[g]! - 1) & ignored) > (above & ignored) ? 1 : 0;
    return ringReduceOne((above >> low) - carry, high - low) >= 0 ? 1 : 0;
  });
}

/**
 * x' = floor(z / 2^f), plus [(z_c mod 2^f) <= (z mod 2^f)] where the client's shares z_c are given: what the truncation
 * of the private protocol yields, for |z| < 2^(l-2) and 0 < f <= l - 2. Over uniform z_c its mean is (z + 1) / 2^f.
 *
 * @returns a new array of [z.length].
 */
export function truncateSite(z: Int32Array, truncationBits: number, clientShare: Int32Array | null): Int32Array {
  const truncated = new Int32Array(z.length);
  const low = 2 ** truncationBits - 1;
  for (let i = 0; i < z.length; i++) {
    const carry = clientShare !== null && truncationBits > 0 && (clientShare[i]! & low) <= (z[i]! & low) ? 1 : 0;
    truncated[i] = (z[i]! >> truncationBits) + carry;
  }
  return truncated;
}

/**
 * The quadratics of the neurons without gate, in their order; none if these are linear.
 *
 * @param truncated - [C·H·W] x'.
 * @param shares - the client's shares of z and of what the quadratics truncate, in mode `shares`.
 */
export function quadraticSite(
  gates: IntegerGates,
  z: Int32Array,
  truncationBits: number,
  truncated: Int32Array,
  shares: { readonly z: Int32Array; readonly values: Int32Array } | null,
  ringBits: number,
): Int32Array {
  const { gateOf, dropped } = gates;
  if (dropped === null) return new Int32Array(0);
  const plane = gates.shape[1] * gates.shape[2];
  const { c2, c1, c0, squareBits, outerBits } = dropped;
  const coarse = truncateSite(z, truncationBits + squareBits, shares?.z ?? null);
  const values: number[] = [];
  for (let i = 0; i < z.length; i++) {
    if (gateOf[i]! >= 0) continue;
    const channel = Math.floor(i / plane);
    const square = Math.imul(c2[channel]!, Math.imul(coarse[i]!, coarse[i]!));
    values.push(ringReduceOne(square + Math.imul(c1[channel]!, truncated[i]!) + c0[channel]!, ringBits));
  }
  return truncateSite(Int32Array.from(values), outerBits, shares?.values ?? null);
}

/**
 * The gated product y, see the module comment of `integer-graph.ts`.
 *
 * @param truncated - [C·H·W] x'.
 * @param quadratics - those of the neurons without gate, see {@link quadraticSite}; not read if these are linear.
 * @param decisions - one byte for each gate that `gates.gateOf` may name: of this site, or of `gates.source`.
 * @returns [C·H·W] sign-extended l-bit integers.
 */
export function gateSite(
  gates: IntegerGates,
  truncated: Int32Array,
  quadratics: Int32Array,
  decisions: Uint8Array,
  ringBits: number,
): Int32Array {
  let next = 0;
  const { a, b, gateOf, affineBits, dropped } = gates;
  const plane = gates.shape[1] * gates.shape[2];
  const output = new Int32Array(truncated.length);
  for (let i = 0; i < output.length; i++) {
    const channel = Math.floor(i / plane);
    const x = truncated[i]!;
    const gate = gateOf[i]!;
    if (gate >= 0) output[i] = Math.imul(x, b[channel]! + (decisions[gate] === 1 ? a[channel]! : 0));
    else if (dropped === null) output[i] = x << affineBits;
    else output[i] = quadratics[next++]!;
  }
  return ringReduce(output, ringBits);
}
