/**
 * Bounds of every value of the integer network, channel by channel, from its weights and the calibrated bounds.
 *
 * What is proven: if the image and every site output of the integer network stay within their `maxAbs` (and, at sites
 * with quadratics, the pre-activations within their calibrated bound), then no value of the network leaves the range
 * in which the ring and the truncation are exact. A bound takes the worst case over all signs: Σ |weight| · bound.
 * @module
 */
import type { IntegerGates, IntegerQuadratics } from '../integer-graph.js';

/** Largest magnitude of each channel (the first axis of the node's shape), in units. */
export type Bounds = Float64Array;

/** A bound that does not fit: the magnitude must stay below 2^limitBits. */
export interface RangeFailure {
  /** `z`: pre-activation; `score`: group score; `product`: inside a site; `value`: any node's value. */
  readonly quantity: 'z' | 'score' | 'product' | 'value';
  readonly bound: number;
  readonly limitBits: number;
}

/** The failure, if the bound is not below 2^limitBits. */
export function checkBound(quantity: RangeFailure['quantity'], bound: number, limitBits: number): RangeFailure | null {
  return bound < 2 ** limitBits ? null : { quantity, bound, limitBits };
}

/** Largest entry of the bounds. */
export function largestBound(bounds: Bounds): number {
  return bounds.reduce((max, bound) => Math.max(max, bound), 0);
}

/** Σ |weight| over the taps of each (output channel, input channel) pair: [outChannels × inChannels / groups]. */
export function tapSums(weight: Int32Array, taps: number): Float64Array {
  const sums = new Float64Array(weight.length / taps);
  for (let pair = 0; pair < sums.length; pair++) {
    let sum = 0;
    for (let i = pair * taps; i < (pair + 1) * taps; i++) sum += Math.abs(weight[i]!);
    sums[pair] = sum;
  }
  return sums;
}

/** Bounds behind a convolution with the given {@link tapSums}. */
export function convBounds(input: Bounds, sums: Float64Array, bias: ArrayLike<number>, groups: number): Bounds {
  const outChannels = bias.length;
  const groupIn = sums.length / outChannels;
  const groupOut = outChannels / groups;
  const output = new Float64Array(outChannels);
  for (let o = 0; o < outChannels; o++) {
    const first = Math.floor(o / groupOut) * groupIn;
    let bound = Math.abs(bias[o]!);
    for (let i = 0; i < groupIn; i++) bound += sums[o * groupIn + i]! * input[first + i]!;
    output[o] = bound;
  }
  return output;
}

/** Bounds behind a flatten: every channel becomes `plane` features. */
export function flattenBounds(input: Bounds, plane: number): Bounds {
  return Float64Array.from({ length: input.length * plane }, (_, i) => input[Math.floor(i / plane)]!);
}

/** Largest magnitude of a site's scores. */
export function scoreBound(gates: IntegerGates, z: Bounds): number {
  const { scoreStart, scoreNeuron, scoreWeight } = gates;
  const plane = gates.shape[1] * gates.shape[2];
  let largest = 0;
  for (let g = 0; g < gates.comparisons; g++) {
    let bound = 0;
    for (let k = scoreStart[g]!; k < scoreStart[g + 1]!; k++)
      bound += Math.abs(scoreWeight[k]!) * z[Math.floor(scoreNeuron[k]! / plane)]!;
    largest = Math.max(largest, bound);
  }
  return largest;
}

/** Bounds of x' = floor(z / 2^f), the carry of `shares` mode included. */
export function truncatedBounds(z: Bounds, truncationBits: number): Bounds {
  return z.map((bound) => Math.ceil(bound / 2 ** truncationBits) + 1);
}

/** Which rules occur in each channel of a site. */
export interface ChannelRules {
  readonly gated: Uint8Array;
  readonly dropped: Uint8Array;
}

/** Finds out which rules occur in each channel. */
export function channelRules(gates: IntegerGates): ChannelRules {
  const channels = gates.shape[0];
  const plane = gates.shape[1] * gates.shape[2];
  const gated = new Uint8Array(channels);
  const dropped = new Uint8Array(channels);
  for (let i = 0; i < gates.gateOf.length; i++) (gates.gateOf[i]! < 0 ? dropped : gated)[Math.floor(i / plane)] = 1;
  return { gated, dropped };
}

/** Bounds of a site's output from those of x'. */
export function siteBounds(gates: IntegerGates, rules: ChannelRules, truncated: Bounds): Bounds {
  return truncated.map((bound, c) => {
    const pair = Math.max(Math.abs(gates.b[c]!), Math.abs(gates.a[c]! + gates.b[c]!));
    const gated = rules.gated[c] === 1 ? bound * pair : 0;
    if (rules.dropped[c] === 0) return gated;
    const dropped =
      gates.dropped === null
        ? bound * 2 ** gates.affineBits
        : valueBound(gates.dropped, c, bound) / 2 ** gates.dropped.outerBits + 2;
    return Math.max(gated, Math.ceil(dropped));
  });
}

/** Largest magnitude inside the quadratics of a site: the values that their last truncation takes. */
export function quadraticBound(gates: IntegerGates, rules: ChannelRules, truncated: Bounds): number {
  const { dropped } = gates;
  if (dropped === null) return 0;
  return truncated.reduce((max, bound, c) => {
    if (rules.dropped[c] === 0) return max;
    return Math.max(max, valueBound(dropped, c, bound));
  }, 0);
}

function valueBound(quadratics: IntegerQuadratics, channel: number, x: number): number {
  const [c2, c1, c0] = (['c2', 'c1', 'c0'] as const).map((name) => Math.abs(quadratics[name][channel]!));
  return c2! * (Math.ceil(x / 2 ** quadratics.squareBits) + 1) ** 2 + c1! * x + c0!;
}
