import type { GateMap } from '../gate-map.js';
import type { Graph, Node, Shape } from '../graph.js';
import { plainGates } from './plain.js';

/** [C, H, W] of a site: that of its feature map, or [F, 1, 1] for a vector. */
export function siteShape(shape: Shape): readonly [number, number, number] {
  if (shape.length === 1) return [shape[0]!, 1, 1];
  if (shape.length === 3) return shape as readonly [number, number, number];
  throw new RangeError(`"shape" expected [C, H, W] or [F], got [${shape.join(', ')}]`);
}

/** The sites of a graph in the order in which they are evaluated. */
export function siteNodes(graph: Graph): readonly Node[] {
  return graph.nodes.filter((node) => node.op === 'relu' || node.op === 'gate');
}

/** The site whose gates `site` obeys in the end: sources may themselves point to an earlier site. */
export function rootSite(site: string, gateMaps: ReadonlyMap<string, GateMap>): string {
  const seen = new Set<string>();
  for (let at = site; ; ) {
    const source = gateMaps.get(at)?.source ?? null;
    if (source === null) return at;
    if (seen.has(source)) throw new RangeError(`"${site}" expected a source before it, got a circle of sources`);
    seen.add(source);
    at = source;
  }
}

/** The gate map of a site: its own, or that of plain ReLU. */
export function gateMapOf(site: string, shape: Shape, gateMaps: ReadonlyMap<string, GateMap>): GateMap {
  return gateMaps.get(site) ?? plainGates(siteShape(shape));
}
