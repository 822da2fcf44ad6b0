/**
 * Where and in which precision networks are computed.
 * @module
 */
import type { Device, Tensor } from '@relent/torch';

/** `float32`, or `mixed`: convolutions and matrix products in bfloat16, all else that matters in float32. */
export type Precision = 'float32' | 'mixed';

/** Every {@link Precision}. */
export const precisions: readonly Precision[] = ['float32', 'mixed'];

/** Where and how to compute. */
export interface ComputeOptions {
  /** Where the tensors live: `cpu`, `cuda`, `cuda:1`; the CPU unless given. */
  readonly device?: Device;
  /**
   * `float32` unless given. With `mixed`, weights, their gradients and the optimiser's state stay float32; convolutions
   * and linear layers take bfloat16 copies of them, activations between layers are bfloat16, statistics of batch norms
   * and logits float32.
   *
   * Source: Micikevicius et al., Mixed Precision Training, arXiv:1710.03740; Kalamkar et al., arXiv:1905.12322 (bfloat16
   * needs no loss scaling).
   */
  readonly precision?: Precision;
}

/** The same place in float32: for what is measured rather than trained. */
export function measuring({ device }: ComputeOptions = {}): ComputeOptions {
  return device === undefined ? {} : { device };
}

/** A tensor as convolutions and matrix products take it. */
export function factorOf(value: Tensor, precision: Precision): Tensor {
  return precision === 'mixed' && value.dtype !== 'bfloat16' ? value.to({ dtype: 'bfloat16' }) : value;
}

/** `small` in the element type of `like`, which lies on the same device. */
export function inTypeOf(small: Tensor, like: Tensor): Tensor {
  return small.dtype === like.dtype ? small : small.to({ dtype: like.dtype });
}

/** A tensor in float32. */
export function inFloat32(value: Tensor): Tensor {
  return value.dtype === 'float32' ? value : value.to({ dtype: 'float32' });
}
