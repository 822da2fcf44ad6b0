import type { Graph, Node, OpName, Shape } from './graph.js';
import { inferNodeShape } from './shapes.js';

/** One number for both axes, or [vertical, horizontal]. */
export type Pair = number | readonly [number, number];

/** A given id; without one the builder numbers the nodes of each operator. */
export interface NodeOptions {
  readonly id?: string;
}

/** Geometry of {@link GraphBuilder.conv}: 3×3, stride 1, no bias, and the padding that keeps the size at stride 1. */
export interface ConvOptions extends NodeOptions {
  readonly kernel?: Pair;
  readonly stride?: Pair;
  readonly padding?: Pair;
  readonly dilation?: Pair;
  readonly groups?: number;
  readonly bias?: boolean;
}

/** Geometry of a pool: stride as the kernel, no padding, unless given. */
export interface PoolOptions extends NodeOptions {
  readonly stride?: Pair;
  readonly padding?: Pair;
}

type NodeBody = Node extends infer N ? (N extends Node ? Omit<N, 'id'> : never) : never;

/**
 * Builds a graph node by node. Every method returns the new node's id, and checks shapes at once.
 *
 * Every method throws RangeError if its input is unknown, its id is taken or a shape does not fit.
 */
export class GraphBuilder {
  readonly #nodes: Node[] = [];
  readonly #shapes = new Map<string, Shape>();
  readonly #counts = new Map<OpName, number>();

  /** The image; call it first and once. */
  input(shape: Shape, options: NodeOptions = {}): string {
    if (this.#nodes.length > 0)
      throw new RangeError('"input" expected to be the first node and only that, got another');
    return this.#push({ op: 'input', inputs: [], shape: [...shape] }, { id: options.id ?? 'input' });
  }

  /** A convolution with `outChannels` channels. */
  conv(x: string, outChannels: number, options: ConvOptions = {}): string {
    const kernel = pair(options.kernel ?? 3);
    const dilation = pair(options.dilation ?? 1);
    const same = [0, 1].map((axis) => Math.floor((dilation[axis]! * (kernel[axis]! - 1)) / 2));
    return this.#push(
      {
        op: 'conv',
        inputs: [x],
        kernel,
        stride: pair(options.stride ?? 1),
        padding: pair(options.padding ?? [same[0]!, same[1]!]),
        dilation,
        groups: options.groups ?? 1,
        outChannels,
        bias: options.bias ?? false,
      },
      options,
    );
  }

  /** A batch norm; epsilon 1e-5 unless given. */
  batchNorm(x: string, options: NodeOptions & { readonly epsilon?: number } = {}): string {
    return this.#push({ op: 'batch-norm', inputs: [x], epsilon: options.epsilon ?? 1e-5 }, options);
  }

  /** A fully connected layer on a vector, with bias unless told otherwise. */
  linear(x: string, outFeatures: number, options: NodeOptions & { readonly bias?: boolean } = {}): string {
    return this.#push({ op: 'linear', inputs: [x], outFeatures, bias: options.bias ?? true }, options);
  }

  /** The sum of two values. */
  add(x: string, y: string, options: NodeOptions = {}): string {
    return this.#push({ op: 'add', inputs: [x, y] }, options);
  }

  /** Values one after the other along the channel axis. */
  concat(inputs: readonly string[], options: NodeOptions = {}): string {
    return this.#push({ op: 'concat', inputs: [...inputs] }, options);
  }

  /** Average pooling. */
  averagePool(x: string, kernel: Pair, options: PoolOptions = {}): string {
    return this.#push({ op: 'average-pool', inputs: [x], ...poolGeometry(kernel, options) }, options);
  }

  /** Max pooling. */
  maxPool(x: string, kernel: Pair, options: PoolOptions = {}): string {
    return this.#push({ op: 'max-pool', inputs: [x], ...poolGeometry(kernel, options) }, options);
  }

  /** The mean of every plane, [C, 1, 1]. */
  globalAveragePool(x: string, options: NodeOptions = {}): string {
    return this.#push({ op: 'global-average-pool', inputs: [x] }, options);
  }

  /** The plane enlarged bilinearly by a power of two. */
  resize(x: string, scale: number, options: NodeOptions = {}): string {
    return this.#push({ op: 'resize', inputs: [x], scale }, options);
  }

  /** The value as a vector. */
  flatten(x: string, options: NodeOptions = {}): string {
    return this.#push({ op: 'flatten', inputs: [x] }, options);
  }

  /** A site: plain ReLU until the model carries a gate map for it. */
  relu(x: string, options: NodeOptions = {}): string {
    return this.#push({ op: 'relu', inputs: [x] }, options);
  }

  /** Shape of a node that has been built. */
  shapeOf(id: string): Shape {
    const shape = this.#shapes.get(id);
    if (!shape) throw new RangeError(`"id" expected a node that has been built, got "${id}"`);
    return shape;
  }

  /** The finished graph. */
  finish(output: string): Graph {
    this.shapeOf(output);
    return { nodes: [...this.#nodes], output };
  }

  #push(body: NodeBody, { id: given }: NodeOptions): string {
    const count = (this.#counts.get(body.op) ?? 0) + 1;
    const id = given ?? `${body.op}${count}`;
    if (this.#shapes.has(id)) throw new RangeError(`"id" expected one that is not taken, got "${id}"`);
    const { op, ...rest } = body;
    const node = { op, id, ...rest } as Node;
    this.#shapes.set(id, inferNodeShape(node, this.#shapes));
    this.#counts.set(op, count);
    this.#nodes.push(node);
    return id;
  }
}

function pair(value: Pair): readonly [number, number] {
  return typeof value === 'number' ? [value, value] : [value[0], value[1]];
}

function poolGeometry(kernel: Pair, options: PoolOptions) {
  return { kernel: pair(kernel), stride: pair(options.stride ?? kernel), padding: pair(options.padding ?? 0) };
}
