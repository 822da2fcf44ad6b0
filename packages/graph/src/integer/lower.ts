/**
 * One node of the float network as one node of the integer network, at a given precision.
 * @module
 */
import type { CompiledGates } from '../gate-map.js';
import type { ConvAttributes, Model, Node, PoolAttributes, Shape } from '../graph.js';
import type { IntegerNode } from '../integer-graph.js';
import type { Ranges } from './calibrate.js';
import { lowerSite, type RoundedSite, roundSite, ungatedSite } from './lower-site.js';
import type { Lowered, LoweredPart } from './lowered.js';
import { checkBound, convBounds, flattenBounds, largestBound, tapSums } from './range-proof.js';
import { type RoundedWeights, reciprocal, roundWeights, scaleValue, splitPowerOfTwo } from './scales.js';
import { publishedNorm } from './weight-norm.js';

/** What lowering reads besides the node. */
export interface LoweringContext {
  readonly model: Model;
  readonly shapes: ReadonlyMap<string, Shape>;
  readonly gates: ReadonlyMap<string, CompiledGates>;
  readonly ranges: Ranges;
  /** The graph's output node. */
  readonly output: string;
  readonly ringBits: number;
  readonly margin: number;
  /** Whether pools divide by a multiplier so that their areas do not enter the scale. */
  readonly multiplyPools: boolean;
}

type SiteNode = Extract<Node, { readonly op: 'relu' | 'gate' | 'polynomial' }>;
type LayerNode = Extract<Node, { readonly op: 'conv' | 'linear' | 'batch-norm' }>;

/** A layer's weights at the precision that was last asked for. */
interface RoundedLayer {
  readonly bits: number;
  readonly weights: RoundedWeights;
  readonly sums: Float64Array;
  readonly norm: number;
}

/** Lowers the nodes of one model; what does not depend on the precision is worked out once. */
export class Lowering {
  readonly #context: LoweringContext;
  readonly #rounded = new Map<string, RoundedLayer>();
  readonly #sites = new Map<string, RoundedSite>();

  constructor(context: LoweringContext) {
    this.#context = context;
  }

  /**
   * Lowers one node.
   * @param inputs - the lowered inputs.
   * @param bits - weight bits of a layer with weights, activation bits of an input or a site, else ignored.
   * @throws RangeError if a weight or a range is missing.
   */
  lower(node: Node, inputs: readonly Lowered[], bits: number): Lowered {
    const shape = this.#shape(node.id);
    const part = this.#part(node, inputs, bits, shape);
    const bound = largestBound(part.bounds);
    const { ringBits, output } = this.#context;
    const premise = part.node.op === 'input' || part.node.op === 'site';
    const maxAbs = premise ? bound : Math.min(2 ** (ringBits - 1), publishedBound(bound));
    // Linear nodes may wrap around: they are exact in the ring, so what counts is the value that leaves it.
    const compared = part.node.op === 'max-pool' || node.id === output;
    const limitBits = compared ? ringBits - 2 : ringBits - 1;
    return {
      node: { ...part.node, id: node.id, shape, scale: scaleValue(part.scale), maxAbs } as IntegerNode,
      scale: part.scale,
      bounds: part.bounds,
      weights: part.weights ?? null,
      failure: part.failure ?? (premise || compared ? checkBound('value', bound, limitBits) : null),
    };
  }

  #part(node: Node, inputs: readonly Lowered[], bits: number, shape: Shape): LoweredPart {
    const x = inputs[0]!;
    switch (node.op) {
      case 'input':
        return this.#input(node.id, bits, shape);
      case 'conv':
        return this.#layer(node, node, x, bits, this.#weight(node, 'weight'), this.#bias(node));
      case 'linear': {
        const geometry = pointwise(node.outFeatures, 1);
        return this.#layer(node, geometry, x, bits, this.#weight(node, 'weight'), this.#bias(node));
      }
      case 'batch-norm': {
        const { factor, offset } = this.#channelAffine(node);
        return this.#layer(node, pointwise(factor.length, factor.length), x, bits, factor, offset);
      }
      case 'add':
      case 'concat':
        return join(node, inputs);
      case 'average-pool':
        return this.#sumPool(node.inputs, node, x);
      case 'global-average-pool': {
        const [, height, width] = asPlanes(x.node.shape);
        return this.#sumPool(node.inputs, { kernel: [height, width], stride: [height, width], padding: [0, 0] }, x);
      }
      case 'max-pool': {
        const { kernel, stride, padding, inputs: ids } = node;
        const pool = { kernel, stride, padding };
        const inputShape = asPlanes(x.node.shape);
        return { node: { op: 'max-pool', inputs: ids, pool, inputShape }, scale: x.scale, bounds: x.bounds };
      }
      case 'resize': {
        const bits = 2 * Math.log2(2 * node.scale);
        const inputShape = asPlanes(x.node.shape);
        return {
          node: { op: 'resize', inputs: node.inputs, resizeScale: node.scale, inputShape },
          scale: { exponent: x.scale.exponent - bits, odd: x.scale.odd },
          bounds: x.bounds.map((bound) => bound * 2 ** bits),
        };
      }
      case 'flatten': {
        const bounds = flattenBounds(x.bounds, shape[0]! / x.node.shape[0]!);
        return { node: { op: 'flatten', inputs: node.inputs }, scale: x.scale, bounds };
      }
      case 'relu':
      case 'gate':
      case 'polynomial':
        return this.#site(node, x, bits);
      default:
        return node satisfies never;
    }
  }

  #input(id: string, bits: number, shape: Shape): LoweredPart {
    const range = this.#range(id);
    const scale = { exponent: range === 0 ? 0 : Math.ceil(Math.log2(range)) - bits, odd: 1 };
    const bound = Math.ceil((range * this.#context.margin) / scaleValue(scale));
    return { node: { op: 'input', inputs: [] }, scale, bounds: new Float64Array(shape[0]!).fill(bound) };
  }

  /** A convolution, or a layer seen as one. */
  #layer(
    node: LayerNode,
    geometry: ConvAttributes,
    x: Lowered,
    bits: number,
    weight: Float32Array | Float64Array,
    bias: Float32Array | Float64Array,
  ): LoweredPart {
    const { kernel, stride, padding, dilation, groups, outChannels } = geometry;
    let rounded = this.#rounded.get(node.id);
    if (rounded?.bits !== bits) {
      const weights = roundWeights(weight, bits);
      const sums = tapSums(weights.values, kernel[0] * kernel[1]);
      rounded = { bits, weights, sums, norm: publishedNorm(weights.values, outChannels) };
      this.#rounded.set(node.id, rounded);
    }
    const {
      weights: { values, exponent },
      sums,
      norm: weightNorm,
    } = rounded;
    const scale = { exponent: x.scale.exponent + exponent, odd: x.scale.odd };
    const exact = Array.from(bias, (value) => Math.round(value / scaleValue(scale)));
    const weights = { weight: values, bias: Int32Array.from(exact) };
    const conv = { kernel, stride, padding, dilation, groups, outChannels, bias: true };
    return {
      node: { op: 'conv', inputs: node.inputs, conv, inputShape: asPlanes(x.node.shape), weightNorm },
      scale,
      bounds: convBounds(x.bounds, sums, exact, groups),
      weights,
    };
  }

  #channelAffine(node: Extract<Node, { readonly op: 'batch-norm' }>) {
    const [gamma, beta] = [this.#weight(node, 'weight'), this.#weight(node, 'bias')];
    const [mean, variance] = [this.#weight(node, 'mean'), this.#weight(node, 'variance')];
    const factor = Float64Array.from(gamma, (value, c) => value / Math.sqrt(variance[c]! + node.epsilon));
    const offset = Float64Array.from(beta, (value, c) => value - factor[c]! * mean[c]!);
    return { factor, offset };
  }

  #sumPool(inputs: readonly [string], { kernel, stride, padding }: PoolAttributes, x: Lowered): LoweredPart {
    const area = kernel[0] * kernel[1];
    const { odd, exponent } = splitPowerOfTwo(area);
    const multiply = this.#context.multiplyPools && odd > 1;
    const { multiplier, bits } = multiply ? reciprocal(area) : { multiplier: 1, bits: exponent };
    const scale = { exponent: x.scale.exponent - bits, odd: multiply ? x.scale.odd : x.scale.odd * odd };
    const pool = { kernel, stride, padding };
    return {
      node: { op: 'sum-pool', inputs, pool, multiplier, inputShape: asPlanes(x.node.shape) },
      scale,
      bounds: x.bounds.map((bound) => bound * area * multiplier),
    };
  }

  #site(node: SiteNode, x: Lowered, bits: number): LoweredPart {
    const { ringBits, margin } = this.#context;
    let site = this.#sites.get(node.id);
    if (!site) {
      site = roundSite(this.#compiled(node));
      this.#sites.set(node.id, site);
    }
    const [input] = node.inputs;
    const preactivation = site.quadratics ? this.#range(input) : 0;
    return lowerSite(site, input, x, bits, { output: this.#range(node.id), preactivation, margin, ringBits });
  }

  #compiled(node: SiteNode): CompiledGates {
    if (node.op === 'polynomial') {
      const [c2, c1, c0] = [this.#weight(node, 'c2'), this.#weight(node, 'c1'), this.#weight(node, 'c0')];
      return ungatedSite(asPlanes(this.#shape(node.id)), { c2, c1, c0 });
    }
    const compiled = this.#context.gates.get(node.id);
    if (!compiled) throw new RangeError(`"gates" expected compiled gates of site "${node.id}", got none`);
    return compiled;
  }

  #shape(id: string): Shape {
    return this.#context.shapes.get(id)!;
  }

  #bias(node: Extract<Node, { readonly op: 'conv' | 'linear' }>): Float32Array {
    const channels = node.op === 'conv' ? node.outChannels : node.outFeatures;
    return node.bias ? this.#weight(node, 'bias') : new Float32Array(channels);
  }

  #weight(node: Node, suffix: string): Float32Array {
    const tensor = this.#context.model.weights.get(`${node.id}.${suffix}`);
    if (!tensor) throw new RangeError(`"weights" expected a tensor "${node.id}.${suffix}", got none`);
    return tensor.data;
  }

  #range(id: string): number {
    const range = this.#context.ranges.get(id);
    if (range === undefined || !(range >= 0 && range < Infinity))
      throw new RangeError(`"ranges" expected a finite magnitude for node "${id}", got ${range ?? 'none'}`);
    return range;
  }
}

/** Sum or concatenation at the finest scale of the operands. */
function join(node: Extract<Node, { readonly op: 'add' | 'concat' }>, inputs: readonly Lowered[]): LoweredPart {
  const exponent = inputs.reduce((least, x) => Math.min(least, x.scale.exponent), Infinity);
  const scale = { exponent, odd: inputs[0]!.scale.odd };
  const shifts = inputs.map((x) => x.scale.exponent - exponent);
  const shifted = inputs.map((x, i) => x.bounds.map((bound) => bound * 2 ** shifts[i]!));
  if (node.op === 'concat') {
    const bounds = Float64Array.from(shifted.flatMap((part) => [...part]));
    return { node: { op: 'concat', inputs: node.inputs, shifts }, scale, bounds };
  }
  const bounds = shifted[0]!.map((bound, c) => bound + shifted[1]![c]!);
  return { node: { op: 'add', inputs: node.inputs, shifts: [shifts[0]!, shifts[1]!] }, scale, bounds };
}

/** The next 2^k - 1: the graph is public, and an exact bound would tell a sum of the layer's weights. */
function publishedBound(bound: number): number {
  return 2 ** Math.ceil(Math.log2(bound + 1)) - 1;
}

/** A 1×1 convolution. */
function pointwise(outChannels: number, groups: number): ConvAttributes {
  return { kernel: [1, 1], stride: [1, 1], padding: [0, 0], dilation: [1, 1], groups, outChannels, bias: true };
}

/** A shape as [C, H, W]; a vector counts as [F, 1, 1]. */
function asPlanes(shape: Shape): readonly [number, number, number] {
  return [shape[0]!, shape[1] ?? 1, shape[2] ?? 1];
}
