/**
 * A model of relent as an ONNX file that any runtime runs.
 * @module
 */
import {
  type GateMap,
  gateMapOf,
  inferShapes,
  type Model,
  type Node,
  type Shape,
  siteShape,
  verify,
} from '@relent/graph';
import { SiteWriter } from './export-site.js';
import { OnnxWriter } from './writer.js';

/** The opset of exported files: the first whose operators take all of a site's parts. */
const opset = 13;

/** Bytes of weights that a protobuf can hold, with room for the graph. */
const maxWeightBytes = 2 ** 31 - 2 ** 24;

/**
 * Writes the float network with its gate maps as standard operators: plain ReLUs as Relu, shared decisions as Greater on
 * means, prototypes or weighted sums, masks as Where.
 *
 * Input and output have a free batch dimension; values and weights keep the names that they have in the model. The file
 * computes what the float interpreter computes, up to float32 rounding; a score within rounding of zero may fall on the
 * other side.
 * @throws RangeError if the model is not sound, or holds 2 GB of weights or more.
 */
export function exportOnnx(model: Model): Uint8Array {
  const { graph, weights, info } = verify(model);
  const bytes = [...weights.values()].reduce((total, { data }) => total + 4 * data.length, 0);
  if (bytes > maxWeightBytes)
    throw new RangeError(`"weights" expected at most ${maxWeightBytes} bytes in one ONNX file, got ${bytes}`);
  const writer = new OnnxWriter();
  for (const [name, { shape, data }] of weights)
    if (!isCoefficient(name, graph.nodes)) writer.floats(shape, data, name);
  const shapes = inferShapes(graph);
  const exporter = new NodeExporter(writer, model, shapes);
  for (const node of graph.nodes) exporter.write(node);
  const [input] = graph.nodes;
  const shaped = (id: string) => ({ name: id, shape: ['N', ...shapes.get(id)!] });
  const output = { ...shaped(graph.output), name: exporter.output(graph.output) };
  return writer.finish(shaped(input!.id), output, { opset, name: info.name });
}

/** Coefficients of polynomials are written where they are used, in the shape that broadcasting wants. */
function isCoefficient(name: string, nodes: readonly Node[]): boolean {
  const id = name.slice(0, name.lastIndexOf('.'));
  return nodes.some((node) => node.id === id && node.op === 'polynomial');
}

class NodeExporter {
  readonly #writer: OnnxWriter;
  readonly #model: Model;
  readonly #shapes: ReadonlyMap<string, Shape>;
  readonly #sites: SiteWriter;

  constructor(writer: OnnxWriter, model: Model, shapes: ReadonlyMap<string, Shape>) {
    this.#writer = writer;
    this.#model = model;
    this.#shapes = shapes;
    this.#sites = new SiteWriter(writer);
  }

  /** The name of the file's output: that of the node, which must not be the image itself. */
  output(id: string): string {
    return id === this.#model.graph.nodes[0]!.id ? this.#writer.node('Identity', [id]) : id;
  }

  write(node: Node): void {
    const { id, inputs } = node;
    const writer = this.#writer;
    switch (node.op) {
      case 'input':
        return;
      case 'conv':
        writer.node(
          'Conv',
          [inputs[0]!, `${id}.weight`, ...(node.bias ? [`${id}.bias`] : [])],
          {
            kernel_shape: node.kernel,
            strides: node.stride,
            pads: [...node.padding, ...node.padding],
            dilations: node.dilation,
            group: node.groups,
          },
          id,
        );
        return;
      case 'batch-norm': {
        const parameters = ['weight', 'bias', 'mean', 'variance'].map((suffix) => `${id}.${suffix}`);
        writer.node('BatchNormalization', [inputs[0]!, ...parameters], { epsilon: { float: node.epsilon } }, id);
        return;
      }
      case 'linear':
        writer.node('Gemm', [inputs[0]!, `${id}.weight`, ...(node.bias ? [`${id}.bias`] : [])], { transB: 1 }, id);
        return;
      case 'add':
        writer.node('Add', inputs, {}, id);
        return;
      case 'concat':
        writer.node('Concat', inputs, { axis: 1 }, id);
        return;
      case 'average-pool':
      case 'max-pool': {
        const window = {
          kernel_shape: node.kernel,
          strides: node.stride,
          pads: [...node.padding, ...node.padding],
        };
        if (node.op === 'max-pool') writer.node('MaxPool', inputs, window, id);
        else writer.node('AveragePool', inputs, { ...window, count_include_pad: 1 }, id);
        return;
      }
      case 'global-average-pool':
        writer.node('GlobalAveragePool', inputs, {}, id);
        return;
      case 'resize': {
        const scales = writer.floats([4], Float32Array.of(1, 1, node.scale, node.scale));
        const how = { mode: 'linear', coordinate_transformation_mode: 'half_pixel' };
        writer.node('Resize', [inputs[0]!, '', scales], how, id);
        return;
      }
      case 'flatten':
        writer.node('Flatten', inputs, { axis: 1 }, id);
        return;
      case 'relu':
      case 'gate':
      case 'polynomial':
        this.#site(node);
        return;
      default:
        node satisfies never;
    }
  }

  #site(node: Extract<Node, { readonly op: 'relu' | 'gate' | 'polynomial' }>): void {
    const { id } = node;
    const [input] = node.inputs;
    const shape = this.#shapes.get(id)!;
    const map = gateMapOf(id, shape, this.#model.gateMaps);
    const vector = shape.length === 1;
    const planes = (name: string) =>
      vector ? this.#writer.node('Reshape', [name, this.#writer.integers([0, ...siteShape(shape)])]) : name;
    const x = planes(input);
    if (node.op !== 'polynomial' && isPlain(map)) {
      this.#sites.remember(id, map, x);
      this.#writer.node('Relu', [input], {}, id);
      return;
    }
    const y = node.op === 'polynomial' ? this.#polynomial(id, x) : this.#sites.write(id, map, x);
    if (vector) this.#writer.node('Reshape', [y, this.#writer.integers([0, shape[0]!])], {}, id);
    else this.#writer.node('Identity', [y], {}, id);
  }

  #polynomial(id: string, x: string): string {
    const [c2, c1, c0] = ['c2', 'c1', 'c0'].map((suffix) => this.#model.weights.get(`${id}.${suffix}`)!.data);
    return this.#sites.polynomial(x, c2!, c1!, c0!);
  }
}

/** Whether a map is that of ReLU: every neuron its own gate, none dropped. */
function isPlain(map: GateMap): boolean {
  const { shape, source, channelGroup, channelWeight, patchHeight, patchWidth, pixelRule, a, b, mask } = map;
  return (
    source === null &&
    mask === null &&
    pixelRule.kind !== 'weights' &&
    patchHeight.length === shape[0] &&
    channelGroup.every((g, c) => g === c) &&
    channelWeight.every((weight) => weight > 0) &&
    [...patchHeight, ...patchWidth].every((side) => side === 1) &&
    a.every((value) => value === 1) &&
    b.every((value) => value === 0)
  );
}
