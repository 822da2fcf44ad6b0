/**
 * Which bits of a site's scores the comparisons look at.
 *
 * The upper end follows from the public bounds, so that dropping the bits above changes nothing. The lower end is the
 * site's `ignoredBits`: scores from 1 to 2^low - 1 may then count as zero, as the client's share has it.
 * @module
 */
import type { IntegerGates, IntegerGraph, IntegerModel, IntegerNode } from '../integer-graph.js';

/** The bits from `low` up to but not including `high`. */
export interface ScoreWindow {
  readonly low: number;
  readonly high: number;
}

type Site = Extract<IntegerNode, { readonly op: 'site' }>;

/** Public bound of a site's scores: that of its input, weight by weight, and below 2^(l-2) as the range proof has it. */
function publicScoreBound(gates: IntegerGates, inputMaxAbs: number, ringBits: number): number {
  const { scoreStart, scoreWeight, comparisons } = gates;
  let largest = 0;
  for (let g = 0; g < comparisons; g++) {
    let sum = 0;
    for (let k = scoreStart[g]!; k < scoreStart[g + 1]!; k++) sum += Math.abs(scoreWeight[k]!);
    largest = Math.max(largest, sum);
  }
  return Math.min(largest * inputMaxAbs, 2 ** (ringBits - 2) - 1);
}

/** The smallest window from `low` on in which no score up to `bound` wraps: bound <= 2^(high-1) - 2^low. */
function windowFor(bound: number, low: number): ScoreWindow {
  let high = low + 2;
  while (2 ** (high - 1) - 2 ** low < bound) high++;
  return { low, high };
}

/** The window of exact comparisons of scores up to `bound` in magnitude. */
export function boundWindow(bound: number): ScoreWindow {
  return windowFor(bound, 0);
}

/**
 * The window of a site's comparisons. For every score within the proven bounds the decision is that of the whole ring,
 * but for scores from 1 to 2^low - 1.
 * @param inputMaxAbs - `maxAbs` of the node that the site reads.
 * @throws RangeError if `ignoredBits` leaves no two bits of the ring.
 */
export function compareWindow(
  { id, gates, ignoredBits = 0 }: Site,
  inputMaxAbs: number,
  ringBits: number,
): ScoreWindow {
  if (!Number.isInteger(ignoredBits) || ignoredBits < 0 || ignoredBits > ringBits - 3) {
    throw new RangeError(`"${id}" expected ignoredBits in 0..${ringBits - 3}, got ${ignoredBits}`);
  }
  return windowFor(publicScoreBound(gates, inputMaxAbs, ringBits), ignoredBits);
}

/** The windows of all sites with comparisons of their own, by site. */
export function compareWindows({ nodes, ringBits }: IntegerGraph): ReadonlyMap<string, ScoreWindow> {
  const maxAbs = new Map(nodes.map((node) => [node.id, node.maxAbs]));
  const windows = new Map<string, ScoreWindow>();
  for (const node of nodes) {
    if (node.op !== 'site' || node.gates.comparisons === 0) continue;
    windows.set(node.id, compareWindow(node, maxAbs.get(node.inputs[0])!, ringBits));
  }
  return windows;
}

/**
 * The same network with comparisons of at most `bits` bits: each site ignores the fewest low bits that make it so.
 * @param bits - at least 3; `Infinity` for exact comparisons.
 * @throws RangeError if `bits` is below 3.
 */
export function narrowWindows(model: IntegerModel, bits: number): IntegerModel {
  if (!(bits >= 3)) throw new RangeError(`"bits" expected at least 3, got ${bits}`);
  const { graph } = model;
  const maxAbs = new Map(graph.nodes.map((node) => [node.id, node.maxAbs]));
  const nodes = graph.nodes.map((node): IntegerNode => {
    if (node.op !== 'site') return node;
    const { ignoredBits: _, ...exact } = node;
    if (node.gates.comparisons === 0) return exact;
    const bound = publicScoreBound(node.gates, maxAbs.get(node.inputs[0])!, graph.ringBits);
    let low = 0;
    for (let window = windowFor(bound, low); window.high - window.low > bits; window = windowFor(bound, low)) low++;
    return low === 0 ? exact : { ...exact, ignoredBits: low };
  });
  return { ...model, graph: { ...graph, nodes } };
}
