/**
 * The contract of a layer: how one operator of a graph starts out and runs on tensors.
 * @module
 */
import type { Node, OpName, Shape } from '@relent/graph';
import type { Generator, Tensor } from '@relent/torch';

/** The node type of one operator. */
export type NodeOf<K extends OpName> = Extract<Node, { readonly op: K }>;

/** Fresh tensors of one node, by suffix: `parameters` are trained, `buffers` are not. */
export interface LayerTensors {
  readonly parameters: Readonly<Record<string, Tensor>>;
  readonly buffers: Readonly<Record<string, Tensor>>;
}

/**
 * Stands in for a site: its value for pre-activations [N, C, H, W] or [N, F].
 * @param plain - The value under the site's own gate map. Call it at most once.
 */
export type SiteFunction = (site: string, x: Tensor, plain: () => Tensor) => Tensor;

/** What a layer may ask for while it runs. */
export interface LayerContext {
  readonly training: boolean;
  /** The node's tensor `${id}.${suffix}`. */
  tensor(suffix: string): Tensor;
  /** A value or weight as convolutions and matrix products take it. */
  factor(value: Tensor): Tensor;
  /** The node's site applied to its pre-activation [N, C, H, W]. */
  applySite(x: Tensor): Tensor;
}

/** One operator on tensors. Inputs carry the batch dimension first. */
export interface Layer<K extends OpName> {
  readonly op: K;
  /** Fresh tensors, drawn from `generator` where they are random. */
  create(node: NodeOf<K>, inputs: readonly Shape[], generator: Generator): LayerTensors;
  /** The node's value, a new tensor; the input's value is the image itself. */
  forward(node: NodeOf<K>, inputs: readonly Tensor[], context: LayerContext): Tensor;
}

/** Of an operator without tensors. */
export const NO_TENSORS: LayerTensors = { parameters: {}, buffers: {} };
