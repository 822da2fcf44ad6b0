/**
 * What a private image costs under gate maps, by the planner that `relent cost` asks; the cost model of method `auto`.
 *
 * @module
 */
import type { GateMap, Graph, IntegerGraph, IntegerNode, Model } from '@relent/graph';
import type { PhaseCost, PlanCost } from '@relent/protocol';
import type { NetworkCostModel, SiteCostModel } from '@relent/train';
import type { Budget } from './budget.js';
import { formatBytes, formatMs } from './format.js';
import type { CountedPhases, Places } from './network-names.js';
import { costPredictor, noiseCalibration, predictCost } from './prediction.js';

/** Bytes or milliseconds of some phases of an image, under the plan for a network. */
export interface CostMeasure extends Places {
  readonly unit: 'bytes' | 'ms';
}

/** The cost model of a measure, as method `auto` takes it: its options of the same names. */
export interface PrivateCostModel {
  readonly cost: SiteCostModel;
  readonly total: NetworkCostModel;
  readonly costName: string;
}

function countedOf({ offline, online }: PlanCost, phases: CountedPhases): readonly PhaseCost[] {
  return [...(phases === 'online' ? [] : [offline]), ...(phases === 'offline' ? [] : [online])];
}

/** What an image costs by a measure, as `relent cost` says. */
export async function measuredCost(graph: IntegerGraph, measure: CostMeasure): Promise<number> {
  const { networkMs, profiles } = await import('@relent/protocol');
  const cost = await predictCost(graph, { planning: { profile: profiles[measure.network] } });
  return countedOf(cost, measure.phases).reduce(
    (sum, phase) =>
      sum + (measure.unit === 'bytes' ? phase.bytesUp + phase.bytesDown : networkMs(phase, profiles[measure.network])),
    0,
  );
}

/** A cost in words: `1.71 MB online`, `69 ms on lan`. */
export function describeCost(value: number, { unit, network, phases }: CostMeasure): string {
  const amount = unit === 'bytes' ? formatBytes(Math.ceil(value)) : `${formatMs(value)} on ${network}`;
  return phases === 'both' ? amount : `${amount} ${phases}`;
}

/** The measure of a budget in bytes or time, and the amount; `null` for one of comparisons. */
export function measureOfBudget(
  budget: Budget,
  places: Places,
): { readonly measure: CostMeasure; readonly amount: number } | null {
  if (budget.kind === 'bytes') return { measure: { unit: 'bytes', ...places }, amount: budget.bytes };
  if (budget.kind === 'time') return { measure: { unit: 'ms', ...places }, amount: budget.ms };
  return null;
}

/**
 * Scales follow the weights, so a trained network may truncate another bit than the one that it came from, and its
 * comparisons may look at another bit. Priced with one more of each at every site, a choice stays within its target.
 */
function withSpareBits({ nodes, ringBits, output }: IntegerGraph): IntegerGraph {
  const read = new Set(nodes.flatMap((node) => (node.op === 'site' ? node.inputs : [])));
  const spare = (node: IntegerNode): IntegerNode => {
    const maxAbs = Math.min(2 * node.maxAbs + 1, 2 ** (ringBits - 2) - 1);
    const wide = read.has(node.id) && maxAbs > node.maxAbs ? { ...node, maxAbs } : node;
    return wide.op === 'site' ? { ...wide, truncationBits: Math.min(ringBits - 2, wide.truncationBits + 1) } : wide;
  };
  return { ringBits, output, nodes: nodes.map(spare) };
}

/** What one comparison and one gated neuron of a site add to the counted phases. */
interface SiteRates {
  readonly comparisonBytes: number;
  readonly neuronBytes: number;
}

/** The rates of every site, and the rounds that a site adds if it compares. */
interface NetworkRates {
  readonly sites: ReadonlyMap<string, SiteRates>;
  readonly rounds: number;
}

/**
 * The rates, from three plans of one network: with plain ReLUs, with one gate a channel, and without any. A site's own
 * messages are linear in its counts; what is made in bulk, such as random OTs, is spread evenly over all comparisons.
 */
async function networkRates(
  graph: Graph,
  countedOfMaps: (gateMaps: ReadonlyMap<string, GateMap>) => readonly PhaseCost[],
): Promise<NetworkRates> {
  const { gateCost, inferShapes, linearGates, patchGates, siteNodes, siteShape } = await import('@relent/graph');
  const shapes = inferShapes(graph);
  const everywhere = (form: (shape: readonly [number, number, number]) => GateMap) =>
    new Map(siteNodes(graph).map(({ id }) => [id, form(siteShape(shapes.get(id)!))]));
  const planned = (gateMaps: ReadonlyMap<string, GateMap>) => {
    const phases = countedOfMaps(gateMaps);
    const { sites, total } = gateCost(graph, gateMaps);
    const rows = phases.flatMap(({ steps }) => steps);
    const bytesOf = (id: string) =>
      rows.reduce((sum, { step, bytesUp, bytesDown }) => sum + (step === id ? bytesUp + bytesDown : 0), 0);
    const all = phases.reduce((sum, { bytesUp, bytesDown }) => sum + bytesUp + bytesDown, 0);
    const own = new Map(sites.map(({ id, cost }) => [id, { ...cost, bytes: bytesOf(id) }]));
    const bulk = [...own.values()].reduce((rest, { bytes }) => rest - bytes, all);
    return { own, bulk, comparisons: total.comparisons, rounds: phases.reduce((sum, phase) => sum + phase.rounds, 0) };
  };
  const plain = planned(new Map());
  const shared = planned(everywhere(([c, h, w]) => patchGates([c, h, w], [h, w])));
  const bare = planned(everywhere(linearGates));
  const bulkBytes = Math.max(0, (plain.bulk - bare.bulk) / plain.comparisons);
  const sites = [...plain.own].map(([id, { comparisons, bytes }]): [string, SiteRates] => {
    const [few, none] = [shared.own.get(id)!, bare.own.get(id)!];
    const each = comparisons > few.comparisons ? (bytes - few.bytes) / (comparisons - few.comparisons) : 0;
    const gated = few.bytes - none.bytes - each * few.comparisons;
    return [
      id,
      {
        comparisonBytes: Math.max(0, each) + bulkBytes,
        neuronBytes: Math.max(0, gated) / Math.max(1, few.multiplications),
      },
    ];
  });
  return { sites: new Map(sites), rounds: Math.max(0, shared.rounds - bare.rounds) / Math.max(1, sites.length) };
}

/** The unit of a measure in words: `bytes`, `ms on wan online`. */
function unitText({ unit, network, phases }: CostMeasure): string {
  return [unit, `on ${network}`, ...(phases === 'both' ? [] : [phases])].join(' ');
}

/**
 * The cost model of a measure: the total is the planner's own figure, and a site's price follows from its counts.
 *
 * The planner picks the form of comparisons by time, so that one site's form may change what another one's costs. Prices
 * are therefore those of one form, the same for all; and the total is the larger of two, with and without spare bits.
 * @throws RangeError if the private engine cannot run the network.
 */
export async function privateCostModel(model: Model, measure: CostMeasure): Promise<PrivateCostModel> {
  const { quantize } = await import('@relent/graph');
  const { networkMs, profiles } = await import('@relent/protocol');
  const profile = profiles[measure.network];
  const planned = await costPredictor({ planning: { profile } });
  const alike = await costPredictor({ planning: { profile, mode: 'a', compare: 'tree' } });
  const { whole, ranges } = await noiseCalibration(model);
  const graphOf = (gateMaps: ReadonlyMap<string, GateMap>) => quantize({ ...whole, gateMaps }, ranges).graph;
  const priced = (gateMaps: ReadonlyMap<string, GateMap>) => countedOf(alike(graphOf(gateMaps)), measure.phases);
  const rates = await networkRates(model.graph, priced);
  const priceOf = (traffic: Pick<PhaseCost, 'bytesUp' | 'bytesDown' | 'rounds'>) =>
    measure.unit === 'bytes' ? traffic.bytesUp + traffic.bytesDown : networkMs(traffic, profile);
  return {
    cost: ({ site, cost: { comparisons, multiplications } }) => {
      const { comparisonBytes, neuronBytes } = rates.sites.get(site)!;
      const bytesUp = comparisonBytes * comparisons + neuronBytes * multiplications;
      return priceOf({ bytesUp, bytesDown: 0, rounds: comparisons > 0 ? rates.rounds : 0 });
    },
    total: (gateMaps) => {
      const graph = graphOf(gateMaps);
      const cost = (of: IntegerGraph) =>
        countedOf(planned(of), measure.phases).reduce((sum, phase) => sum + priceOf(phase), 0);
      return Math.max(cost(graph), cost(withSpareBits(graph)));
    },
    costName: unitText(measure),
  };
}
