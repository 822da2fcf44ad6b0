import { foreachAdd_, foreachMul_, noGrad, type Tensor } from '@relent/torch';
import { isDecayed, type Optimizer, zerosLike } from './optimizer.js';

/** Hyper-parameters of {@link sgd}. */
export interface SgdOptions {
  /** In [0, 1); 0.9 unless given. */
  readonly momentum?: number;
  /** Look-ahead momentum; `true` unless given. */
  readonly nesterov?: boolean;
  /** Added to the gradient as `decay · parameter`; 5e-4 unless given. */
  readonly weightDecay?: number;
  /** Whether biases, norms and affine pairs decay too; `true` unless given. */
  readonly decayVectors?: boolean;
}

/**
 * Stochastic gradient descent: g ← g + λp, v ← μv + g, p ← p - η(g + μv) with Nesterov, p ← p - ηv without.
 *
 * Source: Sutskever et al., On the importance of initialization and momentum in deep learning, ICML 2013, in the form
 * in which the learning rate multiplies the velocity.
 * @throws RangeError if momentum is not in [0, 1) or the decay is negative.
 */
export function sgd(options: SgdOptions = {}): Optimizer {
  const { momentum = 0.9, nesterov = true, weightDecay = 5e-4, decayVectors = true } = options;
  if (!(momentum >= 0 && momentum < 1)) throw new RangeError(`"momentum" expected a number in [0, 1), got ${momentum}`);
  if (!(weightDecay >= 0 && weightDecay < Infinity))
    throw new RangeError(`"weightDecay" expected a finite number of at least 0, got ${weightDecay}`);
  return {
    name: `sgd momentum ${momentum} nesterov ${nesterov} decay ${weightDecay} vectors ${decayVectors}`,
    init({ tensors }) {
      const velocity = momentum === 0 ? [] : tensors.map(zerosLike);
      return { step: 0, slots: new Map(momentum === 0 ? [] : [['momentum', velocity]]) };
    },
    update({ tensors }, gradients, state, learningRate) {
      noGrad(() => {
        if (weightDecay > 0) {
          const decays = (_: Tensor, i: number) => decayVectors || isDecayed(tensors[i]!);
          foreachAdd_(gradients.filter(decays), tensors.filter(decays), weightDecay);
        }
        let direction = gradients;
        const velocity = state.slots.get('momentum');
        if (velocity) {
          foreachMul_(velocity, momentum);
          foreachAdd_(velocity, gradients);
          if (nesterov) foreachAdd_(gradients, velocity, momentum);
          else direction = velocity;
        }
        foreachAdd_(tensors, direction, -learningRate);
      });
      state.step++;
    },
  };
}
