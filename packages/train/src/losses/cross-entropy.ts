import { crossEntropy, type Tensor } from '@relent/torch';

/**
 * Mean over the batch of -Σ_k q_k log softmax(logits)_k, where q is the label smoothed: (1-ε) at the label plus ε / K
 * everywhere.
 *
 * Source: Szegedy et al., Rethinking the Inception Architecture, arXiv:1512.00567, section 7.
 * @param logits - [N, K], or [N, K, H, W] with an answer for every pixel.
 * @param labels - [N] int64, or [N, H, W]; entries of -100 do not count.
 * @param labelSmoothing - ε in [0, 1).
 * @throws RangeError if `labelSmoothing` is out of range.
 */
export function crossEntropyLoss(logits: Tensor, labels: Tensor, labelSmoothing = 0): Tensor {
  if (!(labelSmoothing >= 0 && labelSmoothing < 1))
    throw new RangeError(`"labelSmoothing" expected a number in [0, 1), got ${labelSmoothing}`);
  return crossEntropy(logits, labels, { labelSmoothing });
}
