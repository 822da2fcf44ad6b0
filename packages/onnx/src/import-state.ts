/**
 * The network as it grows while an ONNX graph is read, and what its operators ask for.
 * @module
 */
import {
  type FloatTensor,
  type GateMap,
  GraphBuilder,
  type Node,
  plainGates,
  type Shape,
  sizeOf,
  withAffine,
} from '@relent/graph';
import { type Constant, type Dim, elementCount } from './constant.js';
import { maxElements } from './limits.js';
import type { OnnxNode } from './node.js';
import { type Feature, featureOf, inOrder, type Padding, type Value } from './value.js';

/** What operators need to know of the whole import. */
export interface ImportSettings {
  readonly opset: number;
  /** Whether activations that relent lacks become ReLU. */
  readonly replaceActivations: boolean;
  /** The name of the ONNX graph's output. */
  readonly output: string;
  /** Batch size that the file states; null if it is free. */
  readonly batch: number | null;
}

/** The growing network. */
export class ImportState {
  readonly settings: ImportSettings;
  readonly build = new GraphBuilder();
  readonly weights = new Map<string, FloatTensor>();
  readonly gateMaps = new Map<string, GateMap>();
  /** What was changed on the way, one sentence each. */
  readonly notes = new Set<string>();
  /** Batch norms that stand for arithmetic with constants. */
  readonly affine = new Set<string>();
  /** Elements that may still be made up. */
  #budget: number;
  readonly #values = new Map<string, Value>();
  readonly #nodes = new Map<string, Node['op']>();
  readonly #inputsOf = new Map<string, readonly string[]>();
  readonly #ids = new Set<string>();
  readonly #names = new Map<string, string>();

  constructor(settings: ImportSettings, budget: number) {
    this.settings = settings;
    this.#budget = budget;
  }

  /** Binds a name of the ONNX graph. */
  set(name: string, value: Value): void {
    this.#values.set(name, value);
  }

  /** Remembers what an initializer is called: layers take their names from their weights. */
  nameWeight(name: string): void {
    this.#names.set(name, name);
  }

  /** The value of a name; undefined if nothing has made it. */
  get(name: string): Value | undefined {
    return this.#values.get(name);
  }

  /** The value of a node's input. */
  value(node: OnnxNode, index: number): Value {
    const name = node.inputs[index] ?? '';
    if (name === '') throw node.error('input', `at least ${index + 1} inputs`, String(node.inputs.length));
    const value = this.#values.get(name);
    if (!value) throw node.error('input', 'a value that a node before it makes', JSON.stringify(name));
    return value;
  }

  /** An input that must be known at import; undefined if it may be left out and is. */
  constant(node: OnnxNode, index: number, optional = false): Constant | undefined {
    if (optional && (node.inputs[index] ?? '') === '') return undefined;
    const value = this.value(node, index);
    if (value.kind !== 'constant')
      throw node.error(
        `input ${index}`,
        'a constant',
        `${JSON.stringify(node.inputs[index])}, which depends on the image`,
      );
    return value.constant;
  }

  /** The same, as floats. */
  floats(node: OnnxNode, index: number): FloatTensor {
    const constant = this.constant(node, index)!;
    if (constant.type !== 'float') throw node.error(`input ${index}`, 'floats', 'integers');
    return constant;
  }

  /** An input that depends on the image, whatever its layout. */
  feature(node: OnnxNode, index: number): Feature {
    const value = this.value(node, index);
    switch (value.kind) {
      case 'feature':
        return value;
      case 'constant':
        throw node.error(`input ${index}`, 'a value that depends on the image', 'a constant');
      case 'sigmoid':
        if (this.settings.replaceActivations) return this.relu(value.node, value.of);
        throw value.node.error(
          'operator',
          'one that two parties can compute from comparisons',
          `${value.node.op}; train the network with ReLU, or import with --replace-activations and train on`,
        );
      default:
        return value satisfies never;
    }
  }

  /** An input [batch, C, H, W] with its padding applied. */
  planes(node: OnnxNode, index: number): Feature {
    return this.padded(node, this.paddedLater(node, index));
  }

  /** An input [batch, C, H, W] whose padding the caller takes care of. */
  paddedLater(node: OnnxNode, index: number): Feature {
    const x = this.feature(node, index);
    const dims = this.dims(x);
    if (x.order.length !== 3 || x.flat)
      throw node.error(`input ${index}`, '[batch, C, H, W]', `[batch, ${dims.join(', ')}]`);
    if (!inOrder(x.order))
      throw node.error(
        `input ${index}`,
        'channels before the plane',
        'a transposed value; relent takes a Transpose that leads to a Gemm, or from an image with channels last',
      );
    return x;
  }

  /** An input whose axes stand as in relent, flattened if the ONNX value is. */
  plain(node: OnnxNode, index: number): Feature {
    const x = this.padded(node, this.feature(node, index));
    if (!inOrder(x.order))
      throw node.error(
        `input ${index}`,
        'channels before the plane',
        'a transposed value, which only Gemm and element-wise operators take',
      );
    return x;
  }

  /** The sizes that ONNX sees after the batch. */
  dims(x: Feature): readonly number[] {
    const shape = this.build.shapeOf(x.id);
    if (x.flat) return [sizeOf(shape)];
    const dims = x.order.map((axis) => shape[axis]!);
    const { padding } = x;
    if (!padding) return dims;
    const extra = [0, padding.top + padding.bottom, padding.left + padding.right];
    return dims.map((n, i) => n + extra[x.order[i]!]!);
  }

  /** The shape of a value as ONNX would tell it. */
  shape(x: Feature): readonly Dim[] {
    return ['batch', ...this.dims(x)];
  }

  /** Shape of a node of relent. */
  shapeOf(id: string): Shape {
    return this.build.shapeOf(id);
  }

  /** An id for a new node: after its weight, its own name or its output, whatever is there first, and not taken. */
  id(node: OnnxNode, weightIndex?: number): string {
    const weight = weightIndex === undefined ? undefined : this.#names.get(node.inputs[weightIndex] ?? '');
    const stem = weight?.match(/^(.+)[./]weight$/)?.[1];
    return this.#unique(stem ?? node.name);
  }

  #unique(wanted: string): string {
    const plain =
      wanted
        .slice(0, 200)
        .replace(/^[^\w]+/, '')
        .replaceAll('/', '.')
        .replace(/[^\w.-]/g, '_') || 'node';
    let id = plain;
    for (let i = 2; this.#ids.has(id); i++) id = `${plain}_${i}`;
    this.#ids.add(id);
    return id;
  }

  /**
   * Adds a node: `add` calls the builder with the id.
   * @throws FormatError naming the ONNX node if shapes do not fit, or the value is beyond all bounds.
   */
  add(
    node: OnnxNode,
    op: Node['op'],
    inputs: readonly string[],
    add: (id: string) => void,
    weightIndex?: number,
  ): Feature {
    const id = this.id(node, weightIndex);
    try {
      add(id);
    } catch (error) {
      if (error instanceof RangeError) throw node.error('shapes', 'ones that fit', error.message);
      throw error;
    }
    const shape = this.build.shapeOf(id);
    if (!(sizeOf(shape) <= maxElements))
      throw node.error('output', `at most ${maxElements} elements`, `[${shape.join(', ')}]`);
    this.#nodes.set(id, op);
    this.#inputsOf.set(id, inputs);
    return featureOf(id, shape.length);
  }

  /** Counts elements that the import makes up. */
  spend(node: OnnxNode, elements: number): void {
    this.#budget -= elements;
    if (!(this.#budget >= 0))
      throw node.error('constants', 'no more elements than the file has, and a few', `${elements} more`);
  }

  /** Sets a weight of a node of relent. */
  weight(id: string, suffix: string, shape: Shape, data: Float32Array): void {
    this.weights.set(`${id}.${suffix}`, { shape, data });
  }

  /** Adds a ReLU site in whatever layout its input has. */
  relu(node: OnnxNode, x: Feature, gates?: { readonly a: Float32Array; readonly b: Float32Array }): Feature {
    const source = this.padded(node, x);
    const site = this.add(node, 'relu', [source.id], (id) => this.build.relu(source.id, { id }));
    if (gates) {
      const [channels, height = 1, width = 1] = this.shapeOf(source.id);
      this.gateMaps.set(site.id, withAffine(plainGates([channels!, height, width]), gates.a, gates.b));
    }
    return { ...source, id: site.id };
  }

  /** scale · x + shift, channel by channel of relent's axis 0. */
  channelAffine(node: OnnxNode, x: Feature, scale: Float32Array, shift: Float32Array): Feature {
    const source = this.padded(node, x);
    const y = this.add(node, 'batch-norm', [source.id], (id) => this.build.batchNorm(source.id, { id, epsilon: 0 }));
    const shape = [scale.length];
    this.weight(y.id, 'weight', shape, scale);
    this.weight(y.id, 'bias', shape, shift);
    this.weight(y.id, 'mean', shape, new Float32Array(scale.length));
    this.weight(y.id, 'variance', shape, new Float32Array(scale.length).fill(1));
    this.affine.add(y.id);
    return { ...source, id: y.id };
  }

  /** The value with the zeros that still had to be put around it, by a 1×1 convolution of each channel with 1. */
  padded(node: OnnxNode, x: Feature): Feature {
    if (!x.padding) return x;
    const { top, left, bottom, right } = x.padding;
    const [channels] = this.shapeOf(x.id) as [number, number, number];
    const vertical = paddedAxis(top, bottom);
    const horizontal = paddedAxis(left, right);
    const kernel = [vertical.length, horizontal.length] as const;
    const y = this.add(node, 'conv', [x.id], (id) =>
      this.build.conv(x.id, channels, {
        id,
        kernel,
        padding: [vertical.padding, horizontal.padding],
        groups: channels,
      }),
    );
    this.spend(node, channels * kernel[0] * kernel[1]);
    const data = new Float32Array(channels * kernel[0] * kernel[1]);
    for (let c = 0; c < channels; c++) data[(c * kernel[0] + vertical.at) * kernel[1] + horizontal.at] = 1;
    this.weight(y.id, 'weight', [channels, 1, ...kernel], data);
    return { ...x, id: y.id, padding: null };
  }

  /** A value as a vector, in the order of relent's axes. */
  flattened(node: OnnxNode, x: Feature): Feature {
    const source = this.padded(node, x);
    if (this.shapeOf(source.id).length === 1) return source;
    return this.add(node, 'flatten', [source.id], (id) => this.build.flatten(source.id, { id }));
  }

  /** Whether no element of the value can be negative. */
  neverNegative(x: Feature | string): boolean {
    const seen = new Set<string>();
    const stack = [typeof x === 'string' ? x : x.id];
    for (let id = stack.pop(); id !== undefined; id = stack.pop()) {
      if (seen.has(id)) continue;
      seen.add(id);
      switch (this.#nodes.get(id)) {
        case 'relu':
          if (this.gateMaps.has(id)) return false;
          break;
        case 'max-pool':
        case 'average-pool':
        case 'global-average-pool':
        case 'flatten':
        case 'resize':
        case 'add':
        case 'concat':
          stack.push(...this.#inputsOf.get(id)!);
          break;
        default:
          return false;
      }
    }
    return true;
  }
}

/** Kernel length, symmetric padding, and where in the kernel the 1 stands, to put `before` and `after` zeros. */
function paddedAxis(before: number, after: number): { length: number; padding: number; at: number } {
  const padding = Math.max(before, after);
  return { length: 1 + Math.abs(before - after), padding, at: padding - before };
}

/** The zeros of an ONNX `pads` in order [top, left, bottom, right]; null if there are none. */
export function paddingOf(pads: readonly number[]): Padding | null {
  const [top = 0, left = 0, bottom = 0, right = 0] = pads;
  return top === 0 && left === 0 && bottom === 0 && right === 0 ? null : { top, left, bottom, right };
}

/** Elements of a constant, for budgets. */
export function constantSize(constant: Constant): number {
  return elementCount(constant.shape);
}
