/**
 * Losses of classifiers and of distillation.
 * @module
 */
import { tensorOp } from './dispatch.js';
import type { Tensor } from './tensor.js';

/** How the losses of a batch become one: their mean, their sum, or not at all. */
export type Reduction = 'mean' | 'sum' | 'none';

// at::Reduction.
const codes: Readonly<Record<Reduction, number>> = { none: 0, mean: 1, sum: 2 };

const op = {
  crossEntropy: tensorOp('aten::cross_entropy_loss'),
  nll: tensorOp('aten::nll_loss'),
  mse: tensorOp('aten::mse_loss'),
  klDiv: tensorOp('aten::kl_div'),
};

/**
 * `−log softmax(logits)[target]`, mixed with the uniform distribution by `labelSmoothing`.
 * @param logits - [N, classes].
 * @param target - [N] int64 classes, or [N, classes] probabilities.
 */
export function crossEntropy(
  logits: Tensor,
  target: Tensor,
  { labelSmoothing = 0, reduction = 'mean' }: { labelSmoothing?: number; reduction?: Reduction } = {},
): Tensor {
  return op.crossEntropy(logits, target, null, code(reduction), -100, labelSmoothing);
}

/** `−logProbabilities[target]`; [N, classes] and [N] int64. */
export function nllLoss(
  logProbabilities: Tensor,
  target: Tensor,
  { reduction = 'mean' }: { reduction?: Reduction } = {},
): Tensor {
  return op.nll(logProbabilities, target, null, code(reduction));
}

/** The squared difference. */
export function mseLoss(x: Tensor, target: Tensor, { reduction = 'mean' }: { reduction?: Reduction } = {}): Tensor {
  return op.mse(x, target, code(reduction));
}

/**
 * The Kullback–Leibler divergence from `logQ` to the target distribution.
 * @param logQ - [N, classes] log-probabilities.
 * @param target - [N, classes] probabilities, or their logarithms if `logTarget`.
 * @param options.reduction - `batchMean` (the default) divides the sum by N, which is the divergence proper.
 */
export function klDiv(
  logQ: Tensor,
  target: Tensor,
  { reduction = 'batchMean', logTarget = false }: { reduction?: Reduction | 'batchMean'; logTarget?: boolean } = {},
): Tensor {
  if (reduction !== 'batchMean') return op.klDiv(logQ, target, code(reduction), logTarget);
  return op.klDiv(logQ, target, codes.sum, logTarget).div(logQ.shape[0] ?? 1);
}

function code(reduction: Reduction): number {
  if (!Object.hasOwn(codes, reduction))
    throw new RangeError(`"reduction" expected one of ${Object.keys(codes).join(', ')}, got ${String(reduction)}`);
  return codes[reduction];
}
