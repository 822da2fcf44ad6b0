/**
 * A network's narrower self: the leading channels of every layer.
 *
 * Source: ordered dropout, Horváth et al. (FjORD), arXiv:2102.13451, as used by Kundu et al. (SENet++),
 * arXiv:2301.09254.
 * @module
 */
import { type FloatTensor, type Graph, inferShapes, type Node, type Shape } from '@relent/graph';

/**
 * The graph with a fraction of the channels of every layer but the last, which keeps its outputs.
 * @param width - In (0, 1]; a layer keeps at least one channel.
 * @throws RangeError if the graph concatenates, or has groups other than one a channel: leading channels of the result
 *   would then be others than those of the parts.
 */
export function narrowGraph(graph: Graph, width: number): Graph {
  if (!(width > 0 && width <= 1)) throw new RangeError(`"widths" expected fractions in (0, 1], got ${width}`);
  const scaled = (channels: number) => Math.max(1, Math.round(channels * width));
  const shapes = inferShapes(graph);
  const last = graph.nodes.findLast(({ op }) => op === 'linear' || op === 'conv')?.id;
  const nodes = graph.nodes.map((node): Node => {
    if (node.op === 'concat')
      throw new RangeError(`"widths" expected a network without concatenation, got node "${node.id}"`);
    if (node.op === 'linear') return node.id === last ? node : { ...node, outFeatures: scaled(node.outFeatures) };
    if (node.op !== 'conv' || node.id === last) return node;
    const channels = shapes.get(node.inputs[0])![0]!;
    if (node.groups !== 1 && (node.groups !== channels || node.outChannels !== channels))
      throw new RangeError(`"widths" expected one group or one a channel, got ${node.groups} in node "${node.id}"`);
    const groups = node.groups === 1 ? 1 : scaled(channels);
    return { ...node, outChannels: scaled(node.outChannels), groups };
  });
  return { ...graph, nodes };
}

/** The entries of a tensor whose indices lie within a smaller shape. */
export function leadingPart({ shape, data }: FloatTensor, part: Shape): FloatTensor {
  const strides = shape.map((_, axis) => shape.slice(axis + 1).reduce((a, b) => a * b, 1));
  const size = part.reduce((a, b) => a * b, 1);
  const cut = Float32Array.from({ length: size }, (_, at) => {
    let from = 0;
    for (let axis = part.length - 1, rest = at; axis >= 0; axis--) {
      from += (rest % part[axis]!) * strides[axis]!;
      rest = Math.floor(rest / part[axis]!);
    }
    return data[from]!;
  });
  return { shape: [...part], data: cut };
}
