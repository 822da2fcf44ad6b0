import { noGrad, type Tensor } from '@relent/torch';

/**
 * T² · mean over the batch of KL(softmax(teacher / T) ‖ softmax(student / T)). The factor keeps the gradient's size
 * independent of T.
 *
 * Source: Hinton, Vinyals & Dean, Distilling the Knowledge in a Neural Network, arXiv:1503.02531, section 2.
 * @param student - [N, K] logits, or [N, K, H, W].
 * @param teacher - logits of the same shape; no gradient flows through them.
 * @param temperature - T > 0.
 * @throws RangeError if the temperature is not positive and finite.
 */
export function distillationLoss(student: Tensor, teacher: Tensor, temperature: number): Tensor {
  if (!(temperature > 0 && temperature < Infinity))
    throw new RangeError(`"temperature" expected a positive finite number, got ${temperature}`);
  const target = noGrad(() => teacher.detach().div(temperature).logSoftmax(1));
  const weight = noGrad(() => target.exp());
  const logStudent = student.div(temperature).logSoftmax(1);
  // With an answer for every pixel, the mean runs over the pixels as well.
  const answers = student.shape.reduce((product, n) => product * n, 1) / student.shape[1]!;
  return weight
    .mul(target.sub(logStudent))
    .sum()
    .mul((temperature * temperature) / answers);
}
