/**
 * Smaller variants of a graph: fewer channels (α), or a lower resolution from the first convolution on (ρ).
 *
 * Source: Jha et al. (DeepReDuce), arXiv:2103.01396, section 3 (ReLU reshaping).
 * @module
 */
import { type Graph, inferShapes, type Model, type Node, verify } from '@relent/graph';
import { Generator } from '@relent/torch';
import { Network } from '../network.js';

/** Factors of channels and of the resolution; 1 each is the graph as it is. */
export interface Reshaping {
  /** α: channels of every convolution, rounded, at least 1. */
  readonly channels: number;
  /** ρ: height and width after the first convolution, 1 / a whole number. */
  readonly resolution: number;
}

/**
 * The reshaped graph, or the reason why there is none.
 *
 * Every convolution is scaled, so values that are added keep equal shapes; the classifier keeps its answers.
 */
export function reshapeGraph(graph: Graph, { channels, resolution }: Reshaping): Graph | { readonly reason: string } {
  const shapes = inferShapes(graph);
  const stride = Math.round(1 / resolution);
  let first = true;
  const nodes = graph.nodes.map((node): Node => {
    if (node.op !== 'conv') return node;
    const input = shapes.get(node.inputs[0])![0]!;
    const outChannels = Math.max(1, Math.round(node.outChannels * channels));
    // A convolution of each channel by itself stays one; other groups keep their number.
    const groups = node.groups > 1 && node.groups === input ? Math.max(1, Math.round(input * channels)) : node.groups;
    const scaled = { ...node, outChannels, groups };
    if (!first) return scaled;
    first = false;
    return { ...scaled, stride: [node.stride[0] * stride, node.stride[1] * stride] };
  });
  const reshaped: Graph = { nodes, output: graph.output };
  try {
    inferShapes(reshaped);
  } catch (error) {
    if (error instanceof RangeError) return { reason: error.message };
    throw error;
  }
  return reshaped;
}

/** A model of a graph whose weights are those of `model` where the shapes are equal, and fresh ones elsewhere. */
export function reshapedModel(model: Model, graph: Graph, seed: number): Model {
  using generator = new Generator(seed);
  const network = Network.create(graph, { generator });
  try {
    const fresh = network.toModel(model.info);
    const weights = new Map([...fresh.weights].map(([name, weight]) => [name, fitting(model, name, weight)]));
    const reshaped: Model = { ...fresh, weights };
    verify(reshaped);
    return reshaped;
  } finally {
    network.free();
  }
}

function fitting(model: Model, name: string, fresh: Model['weights'] extends ReadonlyMap<string, infer W> ? W : never) {
  const trained = model.weights.get(name);
  return trained && trained.shape.join() === fresh.shape.join() ? trained : fresh;
}
