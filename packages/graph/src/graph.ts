/**
 * The network as data: a directed acyclic graph of operators, its weights, and one gate map a site.
 *
 * Every node has exactly one output value, named by the node's `id`. Shapes leave the batch dimension out:
 * a feature map is [C, H, W], a vector [F]. Nodes stand in topological order.
 * @module
 */
import type { GateMap } from './gate-map.js';

/** [C, H, W] of a feature map or [F] of a vector; the batch dimension is left out. */
export type Shape = readonly number[];

/** A dense float tensor, row-major. */
export interface FloatTensor {
  readonly shape: Shape;
  readonly data: Float32Array;
}

/** Geometry of a convolution; each pair is [vertical, horizontal], padding is the same on both sides. */
export interface ConvAttributes {
  readonly kernel: readonly [number, number];
  readonly stride: readonly [number, number];
  readonly padding: readonly [number, number];
  readonly dilation: readonly [number, number];
  readonly groups: number;
  readonly outChannels: number;
  readonly bias: boolean;
}

/** Geometry of a pooling window; floor mode. An average divides by the full kernel area: padding counts, as zeros. */
export interface PoolAttributes {
  readonly kernel: readonly [number, number];
  readonly stride: readonly [number, number];
  readonly padding: readonly [number, number];
}

/**
 * One operator. Weights live in `Model.weights` under `${id}.weight`, `${id}.bias`; a batch norm also has
 * `${id}.mean` and `${id}.variance`.
 *
 * `relu` is a *site*: its decisions follow the site's gate map (none means plain ReLU). `gate` is a site whose map has
 * been compiled into the graph by the pass apply-gate-map; `polynomial` is a site without any gate, with the
 * per-channel coefficients `${id}.c2`, `${id}.c1`, `${id}.c0` in the weights.
 */
export type Node =
  | { readonly op: 'input'; readonly id: string; readonly inputs: readonly []; readonly shape: Shape }
  | ({ readonly op: 'conv'; readonly id: string; readonly inputs: readonly [string] } & ConvAttributes)
  | { readonly op: 'batch-norm'; readonly id: string; readonly inputs: readonly [string]; readonly epsilon: number }
  | {
      readonly op: 'linear';
      readonly id: string;
      readonly inputs: readonly [string];
      readonly outFeatures: number;
      readonly bias: boolean;
    }
  | { readonly op: 'add'; readonly id: string; readonly inputs: readonly [string, string] }
  | { readonly op: 'concat'; readonly id: string; readonly inputs: readonly string[] }
  | ({ readonly op: 'average-pool'; readonly id: string; readonly inputs: readonly [string] } & PoolAttributes)
  | ({ readonly op: 'max-pool'; readonly id: string; readonly inputs: readonly [string] } & PoolAttributes)
  | { readonly op: 'global-average-pool'; readonly id: string; readonly inputs: readonly [string] }
  /** Bilinear enlargement of the plane by `scale`, a power of two. */
  | { readonly op: 'resize'; readonly id: string; readonly inputs: readonly [string]; readonly scale: number }
  | { readonly op: 'flatten'; readonly id: string; readonly inputs: readonly [string] }
  | { readonly op: 'relu'; readonly id: string; readonly inputs: readonly [string] }
  | { readonly op: 'gate'; readonly id: string; readonly inputs: readonly [string] }
  | { readonly op: 'polynomial'; readonly id: string; readonly inputs: readonly [string] };

/** Names of the operators: a closed list. */
export type OpName = Node['op'];

/** A network without weights. `nodes[0]` is the only input; `output` names the node whose value is the answer. */
export interface Graph {
  readonly nodes: readonly Node[];
  readonly output: string;
}

/** What a model was trained on: enough to prepare an image and to name the answer. */
export interface ModelInfo {
  readonly name: string;
  readonly dataset?: string;
  readonly classes?: readonly string[];
  /** Per input channel, for pixels scaled to [0, 1]. */
  readonly mean?: readonly number[];
  readonly std?: readonly number[];
}

/** A network with weights and, for each site that is not a plain ReLU, a gate map. */
export interface Model {
  readonly graph: Graph;
  readonly weights: ReadonlyMap<string, FloatTensor>;
  readonly gateMaps: ReadonlyMap<string, GateMap>;
  readonly info: ModelInfo;
}
