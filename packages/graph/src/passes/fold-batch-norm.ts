import type { FloatTensor, Graph, Model, Node, Shape } from '../graph.js';
import { inferShapes } from '../shapes.js';
import { countReaders, redirect, withoutWeights } from './rewrite.js';

type BatchNormNode = Extract<Node, { readonly op: 'batch-norm' }>;

/**
 * Removes batch norms: into the convolution or linear layer before, if nobody else reads that; otherwise, as in
 * pre-activation networks, into a 1×1 depthwise convolution of the batch norm's own id.
 *
 * With g = weight / sqrt(variance + epsilon), a layer W x + β becomes (g W) x + g (β - mean) + bias. Sums run in double
 * precision; outputs differ from before by float32 rounding only. A batch norm on a vector that cannot be folded stays.
 * @param which - the batch norms to remove, by id; all unless given.
 * @throws RangeError if the graph does not fit or a weight is missing.
 */
export function foldBatchNorm(model: Model, which: (id: string) => boolean = () => true): Model {
  const { graph } = model;
  const shapes = inferShapes(graph);
  const readers = countReaders(graph);
  const nodes = new Map(graph.nodes.map((node) => [node.id, node]));
  const weights = new Map(model.weights);
  const folded = new Map<string, string>();
  for (const node of graph.nodes) {
    if (node.op !== 'batch-norm' || !which(node.id)) continue;
    const [before] = node.inputs;
    const layer = nodes.get(before)!;
    const { scale, shift } = channelAffine(node, weights);
    if ((layer.op === 'conv' || layer.op === 'linear') && readers.get(before) === 1) {
      const weight = takeWeight(weights, `${before}.weight`);
      const bias = layer.bias ? takeWeight(weights, `${before}.bias`).data : new Float32Array(scale.length);
      weights.set(`${before}.weight`, { shape: weight.shape, data: scaleRows(weight, scale) });
      weights.set(`${before}.bias`, { shape: [scale.length], data: shift(bias) });
      nodes.set(before, { ...layer, bias: true });
      folded.set(node.id, before);
    } else if (shapes.get(node.id)!.length === 3) {
      weights.set(`${node.id}.bias`, { shape: [scale.length], data: shift(new Float32Array(scale.length)) });
      weights.set(`${node.id}.weight`, { shape: [scale.length, 1, 1, 1], data: Float32Array.from(scale) });
      for (const suffix of ['mean', 'variance']) weights.delete(`${node.id}.${suffix}`);
      nodes.set(node.id, depthwise(node, shapes.get(node.id)!));
    }
  }
  const updated: Graph = { ...graph, nodes: graph.nodes.map(({ id }) => nodes.get(id)!) };
  return { ...model, graph: redirect(updated, folded), weights: withoutWeights(weights, folded) };
}

/** The batch norm as scale · x + offset: the scale of each channel, and the new bias for a given old one. */
function channelAffine(node: BatchNormNode, weights: ReadonlyMap<string, FloatTensor>) {
  const of = (suffix: string) => takeWeight(weights, `${node.id}.${suffix}`).data;
  const [weight, bias, mean, variance] = [of('weight'), of('bias'), of('mean'), of('variance')];
  const scale = Float64Array.from(weight, (w, c) => w / Math.sqrt(variance[c]! + node.epsilon));
  const shift = (before: Float32Array) => before.map((value, c) => scale[c]! * (value - mean[c]!) + bias[c]!);
  return { scale, shift };
}

/** A weight tensor whose row o is multiplied by scale[o]. */
function scaleRows(weight: FloatTensor, scale: Float64Array): Float32Array {
  const row = weight.data.length / scale.length;
  return weight.data.map((value, i) => value * scale[Math.floor(i / row)]!);
}

function depthwise(node: BatchNormNode, shape: Shape): Node {
  const [channels] = shape;
  return {
    op: 'conv',
    id: node.id,
    inputs: node.inputs,
    kernel: [1, 1],
    stride: [1, 1],
    padding: [0, 0],
    dilation: [1, 1],
    groups: channels!,
    outChannels: channels!,
    bias: true,
  };
}

function takeWeight(weights: ReadonlyMap<string, FloatTensor>, name: string): FloatTensor {
  const tensor = weights.get(name);
  if (!tensor) throw new RangeError(`"${name}" expected a weight, got none`);
  return tensor;
}
