import type { GateMap } from '../gate-map.js';
import type { Model, Node } from '../graph.js';
import { countReaders } from './rewrite.js';

/**
 * Moves plain ReLUs behind the max pools that alone read them: max(relu(x)) = relu(max(x)), and the pool's values are
 * fewer. Only sites whose gates no later site takes are moved.
 *
 * The ids stay with the operators, so a moved site keeps its name and has the pool's shape.
 */
export function poolBeforeRelu(model: Model): Model {
  const readers = countReaders(model.graph);
  const sources = new Set([...model.gateMaps.values()].map(({ source }) => source));
  const sites = new Map(model.graph.nodes.filter(({ op }) => op === 'relu').map((node) => [node.id, node]));
  const gateMaps = new Map(model.gateMaps);
  const moved = new Map<string, string>();
  const nodes: Node[] = [];
  for (const node of model.graph.nodes) {
    const site = node.op === 'max-pool' ? sites.get(node.inputs[0]) : undefined;
    const inputs = node.inputs.map((id) => moved.get(id) ?? id);
    const movable = site && readers.get(site.id) === 1 && !sources.has(site.id) && isPlain(gateMaps.get(site.id));
    if (!movable) {
      nodes.push({ ...node, inputs } as Node);
      continue;
    }
    const [x] = nodes.splice(
      nodes.findIndex(({ id }) => id === site.id),
      1,
    )[0]!.inputs;
    nodes.push({ ...node, inputs: [x] } as Node, { ...site, inputs: [node.id] } as Node);
    gateMaps.delete(site.id);
    moved.set(node.id, site.id);
  }
  const { output } = model.graph;
  return { ...model, gateMaps, graph: { nodes, output: moved.get(output) ?? output } };
}

/** Whether a map is that of a plain ReLU: every neuron its own gate. */
function isPlain(map: GateMap | undefined): boolean {
  if (map === undefined) return true;
  const { channelGroup, channelWeight, patchHeight, patchWidth, a, b } = map;
  return (
    map.source === null &&
    map.mask === null &&
    channelGroup.every((group, channel) => group === channel) &&
    channelWeight.every((weight) => weight > 0) &&
    [...patchHeight, ...patchWidth, ...a].every((value) => value === 1) &&
    b.every((value) => value === 0) &&
    (map.pixelRule.kind !== 'weights' || map.pixelRule.weights.every((weight) => weight > 0))
  );
}
