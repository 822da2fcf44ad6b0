import { gateCost } from './gate-cost.js';
import type { GateMap } from './gate-map.js';
import type { Graph } from './graph.js';
import { inferShapes } from './shapes.js';

/**
 * A graph as text, one node a line with operator, inputs, shape and attributes: the same graph gives the same text,
 * so that two networks can be compared with a line diff.
 * @throws RangeError if the graph or a gate map does not fit.
 */
export function dumpGraph(graph: Graph, gateMaps: ReadonlyMap<string, GateMap> = new Map()): string {
  const shapes = inferShapes(graph);
  const costs = new Map(gateCost(graph, gateMaps).sites.map(({ id, cost }) => [id, cost]));
  const lines = graph.nodes.map((node) => {
    const { op, id, inputs, ...attributes } = node;
    const words = [`${id} = ${op}(${inputs.join(', ')})`, `[${shapes.get(id)!.join(', ')}]`];
    for (const [name, value] of Object.entries(attributes).sort(([x], [y]) => (x < y ? -1 : 1)))
      if (op !== 'input') words.push(`${name}=${Array.isArray(value) ? value.join('x') : value}`);
    const cost = costs.get(id);
    if (cost)
      words.push(
        `comparisons=${cost.comparisons}`,
        `linear=${cost.linearNeurons}`,
        `polynomial=${cost.polynomialNeurons}`,
      );
    const source = gateMaps.get(id)?.source;
    if (source) words.push(`source=${source}`);
    return words.join(' ');
  });
  return `${lines.join('\n')}\noutput ${graph.output}\n`;
}
