/**
 * A graph with tensors: what is trained.
 * @module
 */
import {
  type GateMap,
  type Graph,
  inferShapes,
  type Model,
  type ModelInfo,
  type Node,
  type Shape,
} from '@relent/graph';
import { Generator, noGrad, scope, type Tensor, tensor } from '@relent/torch';
import { type ComputeOptions, factorOf, inFloat32, inTypeOf } from './compute.js';
import type { GateFunction } from './layers/gate-function.js';
import type { SiteFunction } from './layers/layer.js';
import { ownTensor } from './layers/own.js';
import { layerOf } from './layers/registry.js';
import { freeSites, planSites, SitePass, type Sites } from './layers/sites.js';
import { addTrainedSite, trainedMap, trainedSite, trainedSuffixes } from './layers/trained-site.js';

/** How to make a network. */
export interface NetworkOptions extends ComputeOptions {
  /** Where the initial weights come from; a generator with seed 0 unless given. */
  readonly generator?: Generator;
  /** The map of each site that is not a plain ReLU. */
  readonly gateMaps?: ReadonlyMap<string, GateMap>;
  /** Whether the affine pairs of sites with a gate map are trained; they are then parameters `${site}.a`, `${site}.b`. */
  readonly trainAffine?: boolean;
  /**
   * Whether the weights in the scores of sites with a gate map are trained; they are then parameters `${site}.score` and,
   * where pixels have weights, `${site}.pixels`. They get gradient only from a gate that lets it through.
   */
  readonly trainScores?: boolean;
}

/** How to run a network. */
export interface ForwardOptions {
  /** Batch statistics in batch norms; `false` unless given. */
  readonly training?: boolean;
  /** The gate of every site; the hard step unless given. */
  readonly gate?: GateFunction;
  /** Stands in for the sites; their own gate maps unless given. */
  readonly site?: SiteFunction;
  /** Stands in for parameters and buffers, by name; `null` for the network's own. */
  readonly tensor?: (name: string) => Tensor | null;
  /** Called with the value of every node in order. The tensor is freed after its last use; `keep` a view to retain it. */
  readonly observe?: (id: string, value: Tensor) => void;
}

/** An operator of any kind, with its layer's types set aside: `layerOf(node.op)` takes exactly such nodes. */
type AnyLayer = ReturnType<typeof layerOf<'relu'>>;

/** The network: parameters, buffers and sites on top of a graph. Its tensors live until {@link Network.free}. */
export class Network {
  /** Trained tensors by name, `${node.id}.weight` and so on; in order of the graph. */
  readonly parameters: ReadonlyMap<string, Tensor>;
  /** Tensors that are part of the network and not trained: running statistics. */
  readonly buffers: ReadonlyMap<string, Tensor>;
  readonly #lastUse: ReadonlyMap<string, number>;
  readonly #sites: Sites;

  private constructor(
    readonly graph: Graph,
    /** The map of each site that is not a plain ReLU, with the affine pairs that it started with. */
    readonly gateMaps: ReadonlyMap<string, GateMap>,
    readonly shapes: ReadonlyMap<string, Shape>,
    parameters: Map<string, Tensor>,
    buffers: Map<string, Tensor>,
    trained: Pick<NetworkOptions, 'trainAffine' | 'trainScores'>,
    /** Where its tensors live and how it computes. */
    readonly compute: Required<ComputeOptions>,
  ) {
    const { device } = compute;
    this.#sites = planSites(graph, gateMaps, device, trained.trainScores ?? false);
    for (const [site, map] of gateMaps) addTrainedSite(parameters, site, map, { ...trained, device });
    this.parameters = parameters;
    this.buffers = buffers;
    const lastUse = new Map<string, number>();
    for (const [position, node] of graph.nodes.entries()) for (const id of node.inputs) lastUse.set(id, position);
    lastUse.set(graph.output, Infinity);
    this.#lastUse = lastUse;
  }

  /**
   * A network with fresh weights.
   * @throws RangeError if the graph or a gate map does not fit.
   */
  static create(graph: Graph, options: NetworkOptions = {}): Network {
    const { device = 'cpu', precision = 'float32' } = options;
    const generator = options.generator ?? new Generator(0);
    const shapes = inferShapes(graph);
    const parameters = new Map<string, Tensor>();
    const buffers = new Map<string, Tensor>();
    for (const node of graph.nodes) {
      const inputs = node.inputs.map((id) => shapes.get(id)!);
      scope(() => {
        const made = (layerOf(node.op) as AnyLayer).create(node as never, inputs, generator);
        for (const [suffix, value] of Object.entries(made.parameters))
          parameters.set(`${node.id}.${suffix}`, ownTensor(value, device));
        for (const [suffix, value] of Object.entries(made.buffers))
          buffers.set(`${node.id}.${suffix}`, ownTensor(value, device));
      });
    }
    if (!options.generator) generator.free();
    for (const value of parameters.values()) value.requiresGrad_();
    return new Network(graph, options.gateMaps ?? new Map(), shapes, parameters, buffers, options, {
      device,
      precision,
    });
  }

  /** Where its tensors live. */
  get device(): string {
    return this.compute.device;
  }

  /**
   * A network with the weights and gate maps of a model.
   * @param options - Gate maps given here replace those of the model.
   * @throws RangeError if a weight is missing or has another shape.
   */
  static fromModel(model: Model, options: Omit<NetworkOptions, 'generator'> = {}): Network {
    const network = Network.create(model.graph, { gateMaps: model.gateMaps, ...options });
    network.loadWeights(model.weights);
    return network;
  }

  /**
   * Overwrites parameters and buffers.
   * @throws RangeError if a weight is missing or has another shape. What is trained of a gate map may be missing.
   */
  loadWeights(weights: Model['weights']): void {
    noGrad(() =>
      scope(() => {
        for (const [name, target] of this.tensors()) {
          const source = weights.get(name);
          if (!source && this.#isOfGateMap(name)) continue;
          if (!source) throw new RangeError(`"${name}" expected a weight [${target.shape.join(', ')}], got none`);
          if (source.shape.join() !== target.shape.join())
            throw new RangeError(`"${name}" expected [${target.shape.join(', ')}], got [${source.shape.join(', ')}]`);
          target.copy_(tensor(source.data, { shape: [...source.shape], device: this.device }));
        }
      }),
    );
  }

  /** Parameters, then buffers, by name. */
  *tensors(): IterableIterator<[string, Tensor]> {
    yield* this.parameters;
    yield* this.buffers;
  }

  /**
   * The value of the graph's output for a batch.
   * @param x - [N, C, H, W], normalised.
   * @returns [N, …] in float32, owned by the innermost scope.
   * @throws RangeError if `x` does not have the input's shape.
   */
  forward(x: Tensor, options: ForwardOptions = {}): Tensor {
    const [input] = this.graph.nodes;
    const shape = this.shapes.get(input!.id)!;
    if (x.shape.length !== shape.length + 1 || shape.some((n, axis) => n !== x.shape[axis + 1]))
      throw new RangeError(`"x" expected [N, ${shape.join(', ')}], got [${x.shape.join(', ')}]`);
    const values = new Map<string, Tensor>();
    const pass = new SitePass(this.#sites, options.gate);
    try {
      for (const [position, node] of this.graph.nodes.entries()) {
        const inputs = node.op === 'input' ? [x] : node.inputs.map((id) => values.get(id)!);
        const value = scope(() => this.#run(node, inputs, pass, options));
        values.set(node.id, value);
        options.observe?.(node.id, value);
        for (const id of new Set([node.id, ...node.inputs])) {
          if ((this.#lastUse.get(id) ?? -1) > position) continue;
          if (values.get(id) !== x) values.get(id)!.free();
          values.delete(id);
        }
      }
      const output = values.get(this.graph.output)!;
      if (output.dtype === 'float32') return output;
      const answers = inFloat32(output);
      if (output !== x) output.free();
      return answers;
    } finally {
      pass.free();
    }
  }

  #run(node: Node, inputs: readonly Tensor[], pass: SitePass, options: ForwardOptions): Tensor {
    const { training = false, site } = options;
    const { precision } = this.compute;
    const plain = (x: Tensor) => pass.apply(node.id, x, trainedSite(this.parameters, node.id));
    return (layerOf(node.op) as AnyLayer).forward(node as never, inputs, {
      training,
      tensor: (suffix) => {
        const name = `${node.id}.${suffix}`;
        return (options.tensor?.(name) ?? this.parameters.get(name) ?? this.buffers.get(name))!;
      },
      factor: (value) => factorOf(value, precision),
      applySite: (x) =>
        site
          ? inTypeOf(
              site(node.id, x, () => plain(x)),
              x,
            )
          : plain(x),
    });
  }

  #isOfGateMap(name: string): boolean {
    const dot = name.lastIndexOf('.');
    return trainedSuffixes.has(name.slice(dot + 1)) && this.gateMaps.has(name.slice(0, dot));
  }

  /** The network as data: weights copied out, what is trained of the gate maps put into them. */
  toModel(info: ModelInfo): Model {
    const weights: Map<string, { shape: Shape; data: Float32Array }> = new Map();
    for (const [name, value] of this.tensors())
      if (!this.#isOfGateMap(name)) weights.set(name, { shape: [...value.shape], data: value.toFloat32() });
    const gateMaps = new Map<string, GateMap>();
    for (const [site, map] of this.gateMaps) gateMaps.set(site, trainedMap(map, trainedSite(this.parameters, site)));
    return { graph: this.graph, weights, gateMaps, info };
  }

  /** Frees every tensor of the network; it cannot be used afterwards. */
  free(): void {
    for (const [, value] of this.tensors()) value.free();
    freeSites(this.#sites);
  }
}
