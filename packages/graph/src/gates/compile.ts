import type { CompiledGates, GateMap, PixelRule } from '../gate-map.js';
import type { Graph } from '../graph.js';
import { type GateTable, markGates, visitGates } from './mark.js';

/**
 * The runtime form of every site of a graph, plain ReLUs included.
 *
 * Sites are compiled together, as a gate is evaluated only if some neuron obeys it, here or at a later site. A source
 * that has a foreign source itself is resolved to the site that evaluates. Weights of a mean are true mean weights:
 * 1 / count, also in the smaller patches at the edge.
 * @returns one entry a site, in order of the graph's nodes.
 * @throws RangeError if a gate map does not fit the graph.
 */
export function compileGates(graph: Graph, gateMaps: ReadonlyMap<string, GateMap>): Map<string, CompiledGates> {
  const { maps, roots, tables } = markGates(graph, gateMaps);
  const numbers = new Map([...tables].map(([site, table]) => [site, numberGates(table)]));
  const compiled = new Map<string, CompiledGates>();
  for (const [site, map] of maps) {
    const root = roots.get(site)!;
    const number = numbers.get(root)!;
    const gateOf = new Int32Array(map.shape[0] * map.shape[1] * map.shape[2]).fill(-1);
    visitGates(map, tables.get(root)!, (gate, neuron) => {
      gateOf[neuron] = number[gate]!;
    });
    const own = map.source === null;
    compiled.set(site, {
      shape: map.shape,
      ...(own ? compileScores(tables.get(site)!) : noScores),
      source: own ? null : root,
      gateOf,
      a: map.a,
      b: map.b,
      dropped: map.dropped,
    });
  }
  return compiled;
}

const noScores = {
  comparisons: 0,
  scoreStart: new Int32Array(1),
  scoreNeuron: new Int32Array(0),
  scoreWeight: new Float32Array(0),
};

/** Number of each used gate among the used ones. */
function numberGates(table: GateTable): Int32Array {
  let next = 0;
  return Int32Array.from(table.used, (used) => (used ? next++ : -1));
}

/** The sparse score rows of the used gates; a row lists its neurons in rising order. */
function compileScores(table: GateTable) {
  const starts: number[] = [0];
  const neurons: number[] = [];
  const weights: number[] = [];
  const { map, first, used } = table;
  const [, height, width] = map.shape;
  const members = scoringChannels(map);
  for (const [g, channels] of members.entries()) {
    const patchHeight = map.patchHeight[g]!;
    const patchWidth = map.patchWidth[g]!;
    for (let top = 0, gate = first[g]!; top < height; top += patchHeight)
      for (let left = 0; left < width; left += patchWidth, gate++) {
        if (!used[gate]) continue;
        const rows = Math.min(patchHeight, height - top);
        const columns = Math.min(patchWidth, width - left);
        for (const c of channels)
          for (let y = 0; y < rows; y++)
            for (let x = 0; x < columns; x++) {
              const weight = map.channelWeight[c]! * pixelWeight(map.pixelRule, y, x, rows, columns, patchWidth);
              if (weight === 0) continue;
              neurons.push((c * height + top + y) * width + left + x);
              weights.push(weight);
            }
        starts.push(neurons.length);
      }
  }
  return {
    comparisons: starts.length - 1,
    scoreStart: Int32Array.from(starts),
    scoreNeuron: Int32Array.from(neurons),
    scoreWeight: Float32Array.from(weights),
  };
}

/** For each channel group, the channels that enter its score. */
function scoringChannels(map: GateMap): number[][] {
  const members = Array.from(map.patchHeight, (): number[] => []);
  map.channelGroup.forEach((g, c) => {
    if (map.channelWeight[c] !== 0) members[g]!.push(c);
  });
  return members;
}

/** Weight of pixel (y, x) in a patch of which `rows` × `columns` pixels lie within the map. */
function pixelWeight(rule: PixelRule, y: number, x: number, rows: number, columns: number, patchWidth: number): number {
  switch (rule.kind) {
    case 'mean':
      return 1 / (rows * columns);
    case 'pixel':
      return y === Math.min(rule.row, rows - 1) && x === Math.min(rule.column, columns - 1) ? 1 : 0;
    case 'weights':
      return rule.weights[y * patchWidth + x]!;
    default:
      return rule satisfies never;
  }
}
