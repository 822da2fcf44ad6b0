import type { Tensor } from '@relent/torch';

/** Added under the root: the norm of a map of zeros has a gradient, and nothing is divided by zero. */
const SMALLEST = 1e-12;

/**
 * Where a layer is active: the mean over channels of f², scaled to norm 1 over the pixels of each image.
 *
 * Source: Zagoruyko & Komodakis, Paying More Attention to Attention, arXiv:1612.03928 (activation-based, p = 2).
 * @param features - [N, C, H, W].
 * @returns [N, H·W].
 */
export function attentionMap(features: Tensor): Tensor {
  const energy = features.mul(features).mean(1).flatten(1);
  return energy.div(energy.mul(energy).sum(1, true).add(SMALLEST).sqrt());
}

/**
 * Mean over images and pixels of the squared difference of two attention maps.
 *
 * Source: Zagoruyko & Komodakis, arXiv:1612.03928; Kundu et al. (SENet), arXiv:2301.09254 (PRAM).
 * @param student - [N, H·W], from {@link attentionMap}.
 * @param teacher - [N, H·W]; no gradient flows through it.
 */
export function attentionTransferLoss(student: Tensor, teacher: Tensor): Tensor {
  const difference = student.sub(teacher.detach());
  return difference.mul(difference).mean();
}
