import type { DroppedRule } from '../gate-map.js';
import type { IntegerQuadratics } from '../integer-graph.js';

/** Above this many bits a coefficient gains nothing: the activation that it multiplies has fewer. */
const COEFFICIENT_BITS = 20;

/** The polynomial y = x of every channel. */
export function linearRule(channels: number): DroppedRule {
  return { c2: new Float32Array(channels), c1: new Float32Array(channels).fill(1), c0: new Float32Array(channels) };
}

/** X keeps at least these bits of its largest magnitude. */
const LEAST_SQUARE_BITS = 4;

/**
 * Quadratics as integers, see {@link IntegerQuadratics}: the finest scale at which the value before its truncation stays
 * below 2^(l-3), which leaves one bit to roundings; and the bits of X at which the roundings of c2 and of X together
 * weigh least.
 *
 * @param unit - real value of one unit of x'.
 * @param largest - largest real |x|.
 * @param truncationBits - f; f + squareBits stays at most l - 2.
 */
export function roundQuadratics(
  rule: DroppedRule,
  unit: number,
  largest: number,
  affineBits: number,
  ring: { readonly bits: number; readonly truncationBits: number },
): IntegerQuadratics {
  let [square, value] = [0, 0];
  for (let c = 0; c < rule.c2.length; c++) {
    const [c2, c1, c0] = [Math.abs(rule.c2[c]!), Math.abs(rule.c1[c]!), Math.abs(rule.c0[c]!)];
    square = Math.max(square, c2);
    value = Math.max(value, (c2 * largest + c1) * largest + c0);
  }
  const outer = Math.max(affineBits, scaleBits(value / unit, ring.bits));
  const x = largest / unit;
  // Half a unit of c2 times X², and one unit of X times 2·c2·X.
  const error = (s: number) => (x / 2 ** s) ** 2 / 2 + 2 * square * unit * 2 ** (2 * s + outer) * (x / 2 ** s);
  const most = Math.min(ring.bits - 2 - ring.truncationBits, Math.floor(Math.log2(Math.max(1, x))) - LEAST_SQUARE_BITS);
  let squareBits = 0;
  for (let s = 1; s <= most; s++) if (error(s) < error(squareBits)) squareBits = s;
  const round = (values: Float32Array, factor: number) => Int32Array.from(values, (v) => Math.round(v * factor));
  return {
    c2: round(rule.c2, unit * 2 ** (outer + 2 * squareBits)),
    c1: round(rule.c1, 2 ** outer),
    c0: round(rule.c0, 2 ** outer / unit),
    squareBits,
    outerBits: outer - affineBits,
  };
}

function scaleBits(magnitude: number, ringBits: number): number {
  if (magnitude === 0) return COEFFICIENT_BITS;
  return Math.min(COEFFICIENT_BITS, Math.floor(Math.log2(2 ** (ringBits - 3) / magnitude)));
}
