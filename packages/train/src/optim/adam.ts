import { foreachAdd_, foreachAddcdiv_, foreachAddcmul_, foreachMul_, foreachSqrt, noGrad, scope } from '@relent/torch';
import { isDecayed, type Optimizer, zerosLike } from './optimizer.js';

/** Hyper-parameters of {@link adam}. */
export interface AdamOptions {
  /** Decay of the first and second moment; 0.9 and 0.999 unless given. */
  readonly betas?: readonly [number, number];
  /** Added to the root of the second moment; 1e-8 unless given. */
  readonly epsilon?: number;
  /** Decoupled: parameters shrink by η · decay each step; 0 unless given. Vectors do not decay. */
  readonly weightDecay?: number;
}

/**
 * Adam with decoupled weight decay: m ← β₁m + (1-β₁)g, v ← β₂v + (1-β₂)g², p ← p - η m̂ / (√v̂ + ε).
 *
 * Source: Kingma & Ba, Adam, arXiv:1412.6980, algorithm 1; Loshchilov & Hutter, arXiv:1711.05101, algorithm 2.
 * @throws RangeError if a hyper-parameter is out of range.
 */
export function adam(options: AdamOptions = {}): Optimizer {
  const { betas = [0.9, 0.999], epsilon = 1e-8, weightDecay = 0 } = options;
  for (const beta of betas)
    if (!(beta >= 0 && beta < 1)) throw new RangeError(`"betas" expected numbers in [0, 1), got ${beta}`);
  if (!(epsilon > 0)) throw new RangeError(`"epsilon" expected a positive number, got ${epsilon}`);
  if (!(weightDecay >= 0)) throw new RangeError(`"weightDecay" expected a number of at least 0, got ${weightDecay}`);
  return {
    name: `adam betas ${betas.join(' ')} epsilon ${epsilon} decay ${weightDecay}`,
    init({ tensors }) {
      const fresh = () => tensors.map(zerosLike);
      return {
        step: 0,
        slots: new Map([
          ['first', fresh()],
          ['second', fresh()],
        ]),
      };
    },
    update({ tensors }, gradients, state, learningRate) {
      const [beta1, beta2] = betas;
      const first = state.slots.get('first')!;
      const second = state.slots.get('second')!;
      state.step++;
      const correction1 = 1 - beta1 ** state.step;
      const correction2 = Math.sqrt(1 - beta2 ** state.step);
      noGrad(() =>
        scope(() => {
          if (weightDecay > 0) foreachMul_(tensors.filter(isDecayed), 1 - learningRate * weightDecay);
          foreachMul_(first, beta1);
          foreachAdd_(first, gradients, 1 - beta1);
          foreachMul_(second, beta2);
          foreachAddcmul_(second, gradients, gradients, 1 - beta2);
          const root = foreachSqrt(second);
          foreachMul_(root, 1 / correction2);
          foreachAdd_(root, epsilon);
          foreachAddcdiv_(tensors, first, root, -learningRate / correction1);
        }),
      );
    },
  };
}
