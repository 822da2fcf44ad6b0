/**
 * Scales and roundings: how real numbers become integers.
 * @module
 */
import type { CompiledGates } from '../gate-map.js';
import type { IntegerGates } from '../integer-graph.js';

/** The real value of one unit, 2^exponent / odd; `odd` gathers the odd parts of average-pool areas. */
export interface Scale {
  readonly exponent: number;
  readonly odd: number;
}

/** The scale as a number. */
export function scaleValue(scale: Scale): number {
  return 2 ** scale.exponent / scale.odd;
}

/** Largest odd divisor and exponent of two of a positive integer. */
export function splitPowerOfTwo(value: number): { readonly odd: number; readonly exponent: number } {
  let odd = value;
  let exponent = 0;
  while (odd % 2 === 0) {
    odd /= 2;
    exponent++;
  }
  return { odd, exponent };
}

/** The smallest integer m and its k with m / 2^k within 2^-8 of 1 / area, relatively. */
export function reciprocal(area: number): { readonly multiplier: number; readonly bits: number } {
  for (let bits = 0; ; bits++) {
    const multiplier = Math.round(2 ** bits / area);
    if (Math.abs((multiplier * area) / 2 ** bits - 1) < 2 ** -8) return { multiplier, bits };
  }
}

/** Integers of one tensor at the scale 2^exponent. */
export interface RoundedWeights {
  readonly values: Int32Array;
  readonly exponent: number;
}

/**
 * Rounds a weight tensor to signed integers of `bits` bits at the finest power-of-two scale that holds its largest
 * entry. A tensor of zeros takes scale 1.
 */
export function roundWeights(weight: Float32Array | Float64Array, bits: number): RoundedWeights {
  const values = new Int32Array(weight.length);
  let largest = 0;
  for (let i = 0; i < weight.length; i++) largest = Math.max(largest, Math.abs(weight[i]!));
  if (largest === 0) return { values, exponent: 0 };
  const limit = 2 ** (bits - 1) - 1;
  let exponent = Math.floor(Math.log2(largest / limit));
  while (Math.round(largest * 2 ** -exponent) > limit) exponent++;
  const factor = 2 ** -exponent;
  for (let i = 0; i < weight.length; i++) values[i] = Math.round(weight[i]! * factor);
  return { values, exponent };
}

/** Largest integer weight of a learned score; the largest weight of each score takes it. */
const SCORE_WEIGHT_LIMIT = 127;

/** Bits after the binary point of a learned affine pair. */
const AFFINE_BITS = 6;

/**
 * Gates with integer scores and affine pairs, still without quadratics.
 *
 * Only the sign of a score matters, so each score may take a positive factor of its own: equal weights become 1 (the
 * sum instead of the mean), others are rounded to 8 bits relative to the largest. Affine pairs in {-1, 0, 1} stay
 * exact with `affineBits` 0.
 */
export function roundGates(gates: CompiledGates): IntegerGates {
  const { scoreStart, scoreWeight } = gates;
  const rounded = new Int32Array(scoreWeight.length);
  for (let g = 0; g < gates.comparisons; g++) {
    const weights = scoreWeight.subarray(scoreStart[g]!, scoreStart[g + 1]!);
    const largest = weights.reduce((max, weight) => Math.max(max, Math.abs(weight)), 0);
    if (largest === 0) continue;
    const equal = weights.every((weight) => largest - Math.abs(weight) <= 1e-6 * largest);
    const factor = (equal ? 1 : SCORE_WEIGHT_LIMIT) / largest;
    for (const [k, weight] of weights.entries()) rounded[scoreStart[g]! + k] = Math.round(weight * factor);
  }
  const whole = [...gates.a, ...gates.b].every((value) => value === 0 || Math.abs(value) === 1);
  const affineBits = whole ? 0 : AFFINE_BITS;
  const round = (values: Float32Array) => Int32Array.from(values, (value) => Math.round(value * 2 ** affineBits));
  return {
    shape: gates.shape,
    comparisons: gates.comparisons,
    scoreStart,
    scoreNeuron: gates.scoreNeuron,
    scoreWeight: rounded,
    source: gates.source,
    gateOf: gates.gateOf,
    a: round(gates.a),
    b: round(gates.b),
    affineBits,
    dropped: null,
  };
}
