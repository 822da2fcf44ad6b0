import type { GateMap } from '../gate-map.js';
import { rootSite } from '../gates/site-shape.js';
import { validateGateMaps } from '../gates/validate.js';
import type { FloatTensor, Model, Node } from '../graph.js';
import { redirect } from './rewrite.js';

/**
 * Makes the gate maps part of the graph: a wholly linear site disappears, a site without any gate becomes a
 * `polynomial` node with its coefficients as weights, any other site with a map becomes a `gate` node that keeps it.
 *
 * A site whose gates a later site obeys stays, even if none of its own neurons is gated. Sites without a map stay
 * `relu`. The float values of the remaining nodes do not change; `gateCost` no longer sees the removed neurons.
 * @throws RangeError if a gate map does not fit the graph.
 */
export function applyGateMap(model: Model): Model {
  const { graph } = model;
  validateGateMaps(graph, model.gateMaps);
  const gateMaps = new Map(model.gateMaps);
  // Sources are resolved first, so that a site in the middle of a chain of sources may go.
  for (const [site, map] of model.gateMaps)
    if (map.source !== null) gateMaps.set(site, { ...map, source: rootSite(site, model.gateMaps) });
  const obeyed = new Set([...gateMaps.values()].filter(hasGates).flatMap((map) => map.source ?? []));
  const weights = new Map<string, FloatTensor>(model.weights);
  const linear = new Map<string, string>();
  const nodes = graph.nodes.map((node): Node => {
    const map = gateMaps.get(node.id);
    if (!map || (node.op !== 'relu' && node.op !== 'gate')) return node;
    const { id, inputs } = node;
    if (hasGates(map) || obeyed.has(id)) return { op: 'gate', id, inputs };
    gateMaps.delete(id);
    if (isLinear(map)) {
      linear.set(id, inputs[0]);
      return node;
    }
    for (const suffix of ['c2', 'c1', 'c0'] as const)
      weights.set(`${id}.${suffix}`, { shape: [map.shape[0]], data: map.dropped![suffix] });
    return { op: 'polynomial', id, inputs };
  });
  return { ...model, graph: redirect({ nodes, output: graph.output }, linear), weights, gateMaps };
}

function hasGates(map: GateMap): boolean {
  return map.mask?.some((byte) => byte !== 0) ?? true;
}

/** Whether neurons outside the mask stay as they are. */
function isLinear({ dropped }: GateMap): boolean {
  if (dropped === null) return true;
  return dropped.c2.every((c) => c === 0) && dropped.c1.every((c) => c === 1) && dropped.c0.every((c) => c === 0);
}
