import type { Graph, Node } from '../graph.js';

/** How many nodes read each node's value; the answer of the graph counts as one reader. */
export function countReaders(graph: Graph): Map<string, number> {
  const readers = new Map<string, number>([[graph.output, 1]]);
  for (const node of graph.nodes) for (const id of node.inputs) readers.set(id, (readers.get(id) ?? 0) + 1);
  return readers;
}

/** Removes the nodes that `replaced` names and lets their readers read what it maps them to. */
export function redirect(graph: Graph, replaced: ReadonlyMap<string, string>): Graph {
  const resolve = (id: string): string => {
    const next = replaced.get(id);
    return next === undefined ? id : resolve(next);
  };
  const nodes = graph.nodes
    .filter((node) => !replaced.has(node.id))
    .map((node) => ({ ...node, inputs: node.inputs.map(resolve) }) as Node);
  return { nodes, output: resolve(graph.output) };
}

/** The entries of a map whose keys do not belong to a removed node. */
export function withoutWeights<T>(
  weights: ReadonlyMap<string, T>,
  removed: { has(id: string): boolean },
): Map<string, T> {
  return new Map([...weights].filter(([name]) => !removed.has(name.slice(0, name.lastIndexOf('.')))));
}
