/**
 * What an ONNX value is while a graph is imported.
 * @module
 */
import type { Constant } from './constant.js';
import type { OnnxNode } from './node.js';

/** Zeros around a plane. */
export interface Padding {
  readonly top: number;
  readonly left: number;
  readonly bottom: number;
  readonly right: number;
}

/**
 * The value of a node of relent, as ONNX sees it: its axes may stand in another order (channels last), it may be
 * flattened in that order, and zeros may still have to be put around it.
 */
export interface Feature {
  readonly kind: 'feature';
  /** The node of relent. */
  readonly id: string;
  /** Axis i + 1 of the ONNX value is axis order[i] of [C, H, W]; [0] for a vector. */
  readonly order: readonly number[];
  /** Whether the ONNX value is [batch, C·H·W], the planes read in `order`. */
  readonly flat: boolean;
  /** Zeros that the ONNX value has around the planes and the node has not. */
  readonly padding: Padding | null;
}

/** A sigmoid, which relent computes only where `x · sigmoid(x)` is to be replaced. */
export interface SigmoidOf {
  readonly kind: 'sigmoid';
  readonly node: OnnxNode;
  readonly of: Feature;
}

/** What a name of the ONNX graph stands for. */
export type Value = Feature | SigmoidOf | { readonly kind: 'constant'; readonly constant: Constant };

/** Whether axes stand in the order of relent. */
export function inOrder(order: readonly number[]): boolean {
  return order.every((axis, i) => axis === i);
}

/** A value that is a node's, as it is. */
export function featureOf(id: string, rank: number): Feature {
  return { kind: 'feature', id, order: rank === 3 ? [0, 1, 2] : [0], flat: false, padding: null };
}
