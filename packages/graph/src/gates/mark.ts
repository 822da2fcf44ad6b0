import type { GateMap } from '../gate-map.js';
import type { Graph } from '../graph.js';
import { inferShapes } from '../shapes.js';
import { bitAt } from './bitset.js';
import { gateMapOf, rootSite, siteNodes } from './site-shape.js';
import { validateGateMaps } from './validate.js';

/** All gates that a site's map describes, numbered by (channel group, patch row, patch column), used or not. */
export interface GateTable {
  readonly map: GateMap;
  /** [groups]: number of the group's first gate, and its patches per row. */
  readonly first: Int32Array;
  readonly columns: Int32Array;
  readonly total: number;
  /** [total]: 1 if some neuron here or at a later site obeys the gate. */
  readonly used: Uint8Array;
}

/** Which gates each site has and which of them are obeyed; a site with a foreign source has none of its own. */
export interface MarkedSites {
  /** The map of every site, and the site whose gates it obeys. */
  readonly maps: ReadonlyMap<string, GateMap>;
  readonly roots: ReadonlyMap<string, string>;
  readonly tables: ReadonlyMap<string, GateTable>;
}

/**
 * Finds the gates that are obeyed, over all sites of a graph.
 * @throws RangeError if a gate map does not fit the graph.
 */
export function markGates(graph: Graph, gateMaps: ReadonlyMap<string, GateMap>): MarkedSites {
  validateGateMaps(graph, gateMaps);
  const shapes = inferShapes(graph);
  const maps = new Map<string, GateMap>();
  const roots = new Map<string, string>();
  const tables = new Map<string, GateTable>();
  for (const { id } of siteNodes(graph)) {
    const map = gateMapOf(id, shapes.get(id)!, gateMaps);
    const root = rootSite(id, gateMaps);
    maps.set(id, map);
    roots.set(id, root);
    if (map.source === null) tables.set(id, gateTable(map));
    const table = tables.get(root)!;
    visitGates(map, table, (gate) => {
      table.used[gate] = 1;
    });
  }
  return { maps, roots, tables };
}

/** Calls `visit` with the gate of every gated neuron of a site, in order of the neurons. */
export function visitGates(map: GateMap, table: GateTable, visit: (gate: number, neuron: number) => void): void {
  const [channels, height, width] = map.shape;
  const { patchHeight, patchWidth } = table.map;
  let neuron = 0;
  for (let c = 0; c < channels; c++) {
    const group = map.channelGroup[c]!;
    const rows = patchHeight[group]!;
    const columns = patchWidth[group]!;
    for (let y = 0; y < height; y++) {
      const row = table.first[group]! + Math.floor(y / rows) * table.columns[group]!;
      for (let x = 0; x < width; x++, neuron++)
        if (map.mask === null || bitAt(map.mask, neuron)) visit(row + Math.floor(x / columns), neuron);
    }
  }
}

function gateTable(map: GateMap): GateTable {
  const [, height, width] = map.shape;
  const groups = map.patchHeight.length;
  const first = new Int32Array(groups);
  const columns = new Int32Array(groups);
  let total = 0;
  for (let g = 0; g < groups; g++) {
    first[g] = total;
    columns[g] = Math.ceil(width / map.patchWidth[g]!);
    total += Math.ceil(height / map.patchHeight[g]!) * columns[g]!;
  }
  return { map, first, columns, total, used: new Uint8Array(total) };
}
