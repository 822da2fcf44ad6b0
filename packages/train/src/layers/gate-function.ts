/**
 * Gates as functions from scores to gate values: the hard step of the deployed network, and smooth ones for training.
 * @module
 */
import type { Tensor } from '@relent/torch';

/** Maps scores to gate values in [0, 1], element by element, in the scores' type. */
export type GateFunction = (scores: Tensor) => Tensor;

/** d(s) = [s > 0], zero at zero as in ReLU. No gradient flows through it. */
export const stepGate: GateFunction = (scores) => scores.detach().gt(0).typeAs(scores);

/**
 * {@link stepGate} whose gradient is that of {@link smoothGate}: the decision stays hard while its score goes on learning.
 *
 * Source: Bengio, Léonard & Courville, arXiv:1308.3432 (straight-through estimator).
 * @throws RangeError if `sharpness` is not positive and finite.
 */
export function straightThroughGate(sharpness: number): GateFunction {
  const smooth = smoothGate(sharpness);
  return (scores) => {
    const slope = smooth(scores);
    return slope.sub(slope.detach()).add(stepGate(scores));
  };
}

/**
 * Φ(sharpness · s), Φ the standard normal distribution function: GELU's gate at sharpness 1, {@link stepGate} in the
 * limit away from 0. Gradient flows through it.
 * @throws RangeError if `sharpness` is not positive and finite.
 */
export function smoothGate(sharpness: number): GateFunction {
  if (!(sharpness > 0 && sharpness < Infinity))
    throw new RangeError(`"sharpness" expected a positive finite number, got ${sharpness}`);
  return (scores) =>
    scores
      .mul(sharpness * Math.SQRT1_2)
      .erf()
      .add(1)
      .mul(0.5);
}
