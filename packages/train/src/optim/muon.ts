import type { Graph } from '@relent/graph';
import { call, foreachAdd_, foreachMul_, keep, noGrad, scope, type Tensor } from '@relent/torch';
import { type Optimizer, zerosLike } from './optimizer.js';
import { sgd } from './sgd.js';

/** Hyper-parameters of {@link muon}. */
export interface MuonOptions {
  /** Of the kernels, in [0, 1); 0.9 unless given. */
  readonly momentum?: number;
  /** Step of the kernels relative to their norm, as a multiple of the learning rate; 0.12 unless given. */
  readonly kernelRate?: number;
  /** Newton-Schulz iterations; 5 unless given. */
  readonly iterations?: number;
}

/** The quintic of Jordan et al.: it pushes every singular value in (0, 1] to about 1. */
const QUINTIC = [3.4445, -4.775, 2.0315] as const;

/** Names of the kernels whose scale does not matter, because nothing but batch norms reads what they make. */
export function normedKernels({ nodes }: Graph): ReadonlySet<string> {
  const kernels = nodes.filter(({ op, id }) => {
    const readers = nodes.filter((node) => (node.inputs as readonly string[]).includes(id));
    return op === 'conv' && readers.length > 0 && readers.every((reader) => reader.op === 'batch-norm');
  });
  return new Set(kernels.map(({ id }) => `${id}.weight`));
}

/** Euclidean norm, as a tensor: nothing waits for its value. */
const norm = (x: Tensor) => scope(() => x.mul(x).sum().sqrt());

/** `beta · c + alpha · a b` */
const addmm = (c: Tensor, a: Tensor, b: Tensor, beta: number, alpha: number) =>
  call('aten::addmm', [c, a, b], { beta, alpha }) as Tensor;

/**
 * The nearest matrix with equal singular values, nearly: G → U Vᵀ for G = U S Vᵀ.
 * @param gradient - [out, …], read as a matrix with `out` rows.
 */
export function orthogonalised(gradient: Tensor, iterations: number): Tensor {
  return scope(() => {
    const flat = gradient.reshape([gradient.shape[0]!, -1]);
    const tall = flat.shape[0]! > flat.shape[1]!;
    let x = tall ? flat.transpose(0, 1) : flat;
    x = x.div(norm(x).add(1e-7));
    const [a, b, c] = QUINTIC;
    for (let i = 0; i < iterations; i++) {
      const square = x.matmul(x.transpose(0, 1));
      x = addmm(x, addmm(square, square, square, b, c), x, a, 1);
    }
    return (tall ? x.transpose(0, 1) : x).reshape([...gradient.shape]);
  });
}

/**
 * Momentum orthogonalised by Newton-Schulz for the kernels, with their norms held; {@link sgd} for all else.
 *
 * A kernel that a batch norm follows has no scale of its own. So each keeps the norm it starts with, and a step is a
 * fraction of that norm: `learningRate · kernelRate`.
 *
 * Source: Jordan et al., Muon: an optimizer for hidden layers in neural networks, 2024; that the norms are held, from the
 * CIFAR-10 record of the same author.
 * @param kernels - Names of the parameters [out, …] that move so, as {@link normedKernels} gives them.
 * @throws RangeError if momentum is not in [0, 1), or the rate or the iterations are not positive.
 */
export function muon(kernels: ReadonlySet<string>, options: MuonOptions = {}): Optimizer {
  const { momentum = 0.9, kernelRate = 0.12, iterations = 5 } = options;
  if (!(momentum >= 0 && momentum < 1)) throw new RangeError(`"momentum" expected a number in [0, 1), got ${momentum}`);
  if (!(kernelRate > 0 && kernelRate < Infinity))
    throw new RangeError(`"kernelRate" expected a positive number, got ${kernelRate}`);
  if (!Number.isSafeInteger(iterations) || iterations < 1)
    throw new RangeError(`"iterations" expected a positive integer, got ${iterations}`);
  const others = sgd();
  return {
    name: `muon momentum ${momentum} rate ${kernelRate} iterations ${iterations} kernels ${kernels.size}; ${others.name}`,
    init({ tensors }) {
      const norms = noGrad(() => tensors.map((tensor) => scope(() => keep(norm(tensor).clone()))));
      return {
        step: 0,
        slots: new Map([
          ['momentum', tensors.map(zerosLike)],
          ['norm', norms],
        ]),
      };
    },
    update({ names, tensors }, gradients, state, learningRate) {
      const part = <T>(values: readonly T[], wanted: boolean) =>
        values.filter((_, i) => kernels.has(names[i]!) === wanted);
      const velocity = state.slots.get('momentum')!;
      others.update(
        { names: part(names, false), tensors: part(tensors, false) },
        part(gradients, false),
        { step: state.step, slots: new Map([['momentum', part(velocity, false)]]) },
        learningRate,
      );
      noGrad(() => {
        const [moved, steps] = [part(velocity, true), part(gradients, true)];
        const norms = part(state.slots.get('norm')!, true);
        foreachMul_(moved, momentum);
        foreachAdd_(moved, steps);
        foreachAdd_(steps, moved, momentum);
        part(tensors, true).forEach((kernel, i) => {
          scope(() => {
            const direction = orthogonalised(steps[i]!, iterations);
            const length = norms[i]!.div(Math.sqrt(kernel.shape[0]!));
            kernel.mul_(norms[i]!.div(norm(kernel)));
            kernel.add_(direction.mul(length), { alpha: -learningRate * kernelRate });
          });
        });
      });
      state.step++;
    },
  };
}
