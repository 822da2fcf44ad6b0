/**
 * The contract of an optimiser: `init` makes its state, `update` moves the parameters.
 * @module
 */
import { keep, scope, type Tensor } from '@relent/torch';

/** The tensors to train, in a fixed order. */
export interface ParameterList {
  readonly names: readonly string[];
  readonly tensors: readonly Tensor[];
}

/** What an optimiser carries from step to step. Its tensors live until they are freed explicitly. */
export interface OptimizerState {
  /** Updates made so far. */
  step: number;
  /** Per slot, such as `momentum`, one tensor a parameter. */
  readonly slots: ReadonlyMap<string, readonly Tensor[]>;
}

/** A rule that turns gradients into new parameters. */
export interface Optimizer {
  /** The rule and its hyper-parameters: a run is continued only with the same. */
  readonly name: string;
  /** The state before the first update. */
  init(parameters: ParameterList): OptimizerState;
  /**
   * Moves the parameters in place. The gradients are scratch space afterwards.
   * @param gradients - One a parameter, in order.
   */
  update(parameters: ParameterList, gradients: readonly Tensor[], state: OptimizerState, learningRate: number): void;
}

/** Parameters that weight decay applies to: matrices and kernels, not biases, norms and affine pairs. */
export function isDecayed(parameter: Tensor): boolean {
  return parameter.shape.length > 1;
}

/** Zeros in the shape and layout of a parameter, outside every scope. */
export function zerosLike(parameter: Tensor): Tensor {
  return scope(() => keep(parameter.detach().clone().zero_()));
}
