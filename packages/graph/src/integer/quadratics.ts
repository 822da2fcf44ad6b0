import type { DroppedRule } from '../gate-map.js';
import type { IntegerQuadratics } from '../integer-graph.js';

/** Above this many bits a coefficient gains nothing: the activation that it multiplies has fewer. */
const COEFFICIENT_BITS = 20;

/** The polynomial y = x of every channel. */
export function linearRule(channels: number): DroppedRule {
  return { c2: new Float32Array(channels), c1: new Float32Array(channels).fill(1), c0: new Float32Array(channels) };
}

/**
 * Quadratics as integers, see {@link IntegerQuadratics}: the finest scales at which the two values before the
 * truncations stay below 2^(l-3), which leaves one bit to roundings.
 *
 * @param unit - real value of one unit of x'.
 * @param largest - largest real |x|.
 */
export function roundQuadratics(
  rule: DroppedRule,
  unit: number,
  largest: number,
  affineBits: number,
  ringBits: number,
): IntegerQuadratics {
  let slope = 0;
  let value = 0;
  for (let c = 0; c < rule.c2.length; c++) {
    const [c2, c1, c0] = [Math.abs(rule.c2[c]!), Math.abs(rule.c1[c]!), Math.abs(rule.c0[c]!)];
    slope = Math.max(slope, c2 * largest + c1);
    value = Math.max(value, (c2 * largest + c1) * largest + c0);
  }
  const room = 2 ** (ringBits - 3);
  const bits = (magnitude: number) =>
    magnitude === 0 ? COEFFICIENT_BITS : Math.min(COEFFICIENT_BITS, Math.floor(Math.log2(room / magnitude)));
  const outer = Math.max(affineBits, bits(value / unit));
  const innerBits = Math.max(0, bits(slope * 2 ** outer));
  const round = (values: Float32Array, factor: number) => Int32Array.from(values, (v) => Math.round(v * factor));
  return {
    c2: round(rule.c2, unit * 2 ** (outer + innerBits)),
    c1: round(rule.c1, 2 ** (outer + innerBits)),
    c0: round(rule.c0, 2 ** outer / unit),
    innerBits,
    outerBits: outer - affineBits,
  };
}
