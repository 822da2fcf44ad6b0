/**
 * The noise of a response, added up term by term as in docs/rlwe.md, and the widths that it leaves room for.
 *
 * Every number is made by IEEE additions, multiplications, divisions and square roots only, so that both parties find
 * the same widths.
 * @module
 */
import { polyDegree } from '@relent/kernels';
import {
  ERROR_VARIANCE,
  SECRET_WEIGHT,
  STATISTICAL_BITS,
  SWITCH_DIVISOR,
  SWITCHED_BITS,
  SWITCHED_MODULUS,
  TAIL,
} from './parameters.js';

/** What the noise of one response depends on; all public. */
export interface NoiseInputs {
  /** l of the plaintext ring Z_2^l. */
  readonly ringBits: number;
  /** Bound of Σ w² over the weight polynomials that one response multiplies with. */
  readonly squaredNorm: number;
  /** Values that the layer's responses carry in all: the flooding distances of these add up. */
  readonly values: number;
}

/** Terms of the noise. `before` counts in units of Z_q, `after` in units of Z_{p0 · p1}. */
export interface NoiseTerms {
  /** Standard deviation of products and encryption of zero, before switching. */
  readonly deviation: number;
  /** The flooding noise is uniform in [−2^floodBits, 2^floodBits). */
  readonly floodBits: number;
  /** High-probability bound before switching. */
  readonly before: number;
  /** The same after switching, with its rounding; truncation comes on top. */
  readonly after: number;
  /** What noise after switching and truncation must stay below: half a unit of the plaintext, less the decoder's error. */
  readonly limit: number;
}

/** Bits that are sent of each coefficient. */
export interface ResponseWidths {
  readonly floodBits: number;
  readonly bits0: number;
  readonly bits1: number;
}

/** Adds the noise up. */
export function noiseTerms({ ringBits, squaredNorm, values }: NoiseInputs): NoiseTerms {
  // Encryption errors and the rounding of round(q m / 2^l), of variance proxy 1/4, times the weights.
  const products = (ERROR_VARIANCE + 0.25) * squaredNorm;
  // e · u + s · e' of the encryption of zero.
  const zero = 2 * ERROR_VARIANCE * polyDegree;
  // The half is the rounding of the encoded mask.
  const deviation = Math.sqrt(products + zero) + 0.5;
  let floodBits = 1;
  while (2 ** floodBits < values * deviation * 2 ** (STATISTICAL_BITS - 1)) floodBits++;
  const before = TAIL * deviation + 2 ** floodBits;
  const rounding = 1 + TAIL * Math.sqrt(SECRET_WEIGHT / 4);
  return {
    deviation,
    floodBits,
    before,
    after: before / SWITCH_DIVISOR + rounding,
    limit: (SWITCHED_MODULUS / 2 ** (ringBits + 1)) * (1 - 2 ** -18),
  };
}

/** Bound of what truncation to these widths adds, after switching. */
export function truncationNoise(bits0: number, bits1: number): number {
  const half = 2 ** (SWITCHED_BITS - 1 - bits0);
  return half + TAIL * 2 ** (SWITCHED_BITS - bits1) * Math.sqrt(SECRET_WEIGHT / 12);
}

/**
 * The widths that take the fewest bits and decrypt but for a probability below 2^-60 a value; null if none do.
 * @param meanPositions - values in an average response, which weighs bits0 against bits1.
 */
export function chooseWidths(inputs: NoiseInputs, meanPositions: number): ResponseWidths | null {
  const { after, limit, floodBits } = noiseTerms(inputs);
  let best: ResponseWidths | null = null;
  let least = Number.POSITIVE_INFINITY;
  for (let bits0 = Math.max(10, inputs.ringBits + 1); bits0 < SWITCHED_BITS; bits0++) {
    let bits1 = bits0;
    while (bits1 < SWITCHED_BITS && after + truncationNoise(bits0, bits1) >= limit) bits1++;
    if (after + truncationNoise(bits0, bits1) >= limit) continue;
    const bits = polyDegree * bits1 + meanPositions * bits0;
    if (bits >= least) continue;
    least = bits;
    best = { floodBits, bits0, bits1 };
  }
  return best;
}
