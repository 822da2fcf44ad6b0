import type { GateCost, GateMap } from './gate-map.js';
import { bitAt, countBits } from './gates/bitset.js';
import { markGates } from './gates/mark.js';
import { siteShape } from './gates/site-shape.js';
import type { Graph } from './graph.js';
import { inferShapes } from './shapes.js';

/** Cost of one site. */
export interface SiteCost {
  readonly id: string;
  /** [C, H, W]. */
  readonly shape: readonly [number, number, number];
  readonly cost: GateCost;
}

/** Cost of a network: per site, in the order of evaluation, and in total. */
export interface NetworkCost {
  readonly total: GateCost;
  readonly sites: readonly SiteCost[];
}

/**
 * Counts comparisons, multiplications, linear and polynomial neurons of a network.
 *
 * A gate that later sites reuse counts once, where it is evaluated; a gate that nobody obeys does not count. A dropped
 * neuron whose quadratic has c2 = 0 counts as linear. Sites that a pass has removed from the graph count nowhere.
 * Whether a total includes a ReLU after the stem depends on the graph: state it with the number.
 * @throws RangeError if a gate map does not fit the graph.
 */
export function gateCost(graph: Graph, gateMaps: ReadonlyMap<string, GateMap> = new Map()): NetworkCost {
  const shapes = inferShapes(graph);
  const shared = new Set([...gateMaps.values()].flatMap((map) => map.source ?? []));
  const special = new Set([...gateMaps.keys(), ...shared]);
  // Plain sites need no table: leaving them out keeps the count of a large network free of large arrays.
  const marked = special.size > 0 ? markGates(graph, gateMaps) : null;
  const sites = graph.nodes.flatMap((node): SiteCost[] => {
    if (node.op !== 'relu' && node.op !== 'gate' && node.op !== 'polynomial') return [];
    const shape = siteShape(shapes.get(node.id)!);
    const neurons = shape[0] * shape[1] * shape[2];
    if (node.op === 'polynomial') return [{ id: node.id, shape, cost: { ...free, polynomialNeurons: neurons } }];
    const map = marked && special.has(node.id) ? marked.maps.get(node.id)! : null;
    if (!map) return [{ id: node.id, shape, cost: { ...free, comparisons: neurons, multiplications: neurons } }];
    const used = marked!.tables.get(node.id)?.used;
    const comparisons = used ? used.reduce((sum, bit) => sum + bit, 0) : 0;
    return [{ id: node.id, shape, cost: { comparisons, ...countNeurons(map, neurons) } }];
  });
  return { total: sites.reduce((sum, { cost }) => addCosts(sum, cost), free), sites };
}

const free: GateCost = { comparisons: 0, multiplications: 0, linearNeurons: 0, polynomialNeurons: 0 };

function addCosts(x: GateCost, y: GateCost): GateCost {
  return {
    comparisons: x.comparisons + y.comparisons,
    multiplications: x.multiplications + y.multiplications,
    linearNeurons: x.linearNeurons + y.linearNeurons,
    polynomialNeurons: x.polynomialNeurons + y.polynomialNeurons,
  };
}

function countNeurons(map: GateMap, neurons: number): Omit<GateCost, 'comparisons'> {
  const multiplications = map.mask ? countBits(map.mask) : neurons;
  let polynomialNeurons = 0;
  if (map.mask && map.dropped) {
    const plane = map.shape[1] * map.shape[2];
    for (let i = 0; i < neurons; i++)
      if (!bitAt(map.mask, i) && map.dropped.c2[Math.floor(i / plane)] !== 0) polynomialNeurons++;
  }
  return { multiplications, linearNeurons: neurons - multiplications - polynomialNeurons, polynomialNeurons };
}
