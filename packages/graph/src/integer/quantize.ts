import { compileGates } from '../gates/compile.js';
import type { Graph, Model, Node } from '../graph.js';
import type { IntegerModel, IntegerWeights } from '../integer-graph.js';
import { foldBatchNorm } from '../passes/fold-batch-norm.js';
import { poolBeforeRelu } from '../passes/pool-before-relu.js';
import { inferShapes } from '../shapes.js';
import type { Ranges } from './calibrate.js';
import { Lowering } from './lower.js';
import type { Lowered } from './lowered.js';
import { expectRingBits } from './ring.js';

/** How {@link quantize} chooses scales. */
export interface QuantizeOptions {
  /** Bits l of the ring Z_2^l, 20 to 32; 32 unless given. */
  readonly ringBits?: number;
  /** Most bits of an activation's magnitude: the calibrated maximum fits in them. 6 to 16, 14 unless given. */
  readonly activationBits?: number;
  /** Most bits of a weight, sign included. 4 to 16, 12 unless given. */
  readonly weightBits?: number;
  /** Factor between the calibrated maximum of an activation and its proven bound; at least 1, 1.25 unless given. */
  readonly margin?: number;
}

/** Fewer bits than these are not tried: the network would no longer be the one that was trained. */
const LEAST_WEIGHT_BITS = 4;
const LEAST_ACTIVATION_BITS = 6;

/**
 * The fixed-point network of Z_2^l, with a proof that no value leaves its range.
 *
 * Scales are powers of two: one per layer for weights, one per tensor for the input and every site output; biases take
 * the scale of their product; an add or concat shifts its coarser operands left; an average pool is a sum. Every layer
 * and activation starts with the most bits allowed. While a bound fails, the layer or activation that sets the unit of
 * the failing value, and has most bits to spare, loses one.
 *
 * What is proven: for every image whose integer activations (input and site outputs) stay within their calibrated
 * maximum times `margin` — the `maxAbs` of those nodes —, every pre-activation, every group score, and what is compared
 * with its like (what max pools read, and the output) stays below 2^(l-2) in magnitude, and every other value that leaves
 * the linear part (input, site) below 2^(l-1), in both modes of the integer interpreter. For sites with
 * quadratics the premise includes their pre-activations. {@link quantizeImage} saturates at the input's bound.
 *
 * @param model - batch norms are folded first where a convolution stands before them; others become 1×1 convolutions. Plain
 * ReLUs move behind max pools that alone read them.
 * @param ranges - calibrated maxima, see `calibrate`; those of the input and of all sites are read, and the
 * pre-activations of sites with quadratics.
 * @throws RangeError if an option is out of range, a range is missing, or no precision allowed satisfies the proof;
 * then it names the layer and the bound.
 */
export function quantize(model: Model, ranges: Ranges, options: QuantizeOptions = {}): IntegerModel {
  const { ringBits = 32, activationBits = 14, weightBits = 12, margin = 1.25 } = options;
  expectRingBits(ringBits, 20);
  expectBits('activationBits', activationBits, LEAST_ACTIVATION_BITS);
  expectBits('weightBits', weightBits, LEAST_WEIGHT_BITS);
  if (!(margin >= 1 && margin < Infinity))
    throw new RangeError(`"margin" expected a finite factor of at least 1, got ${margin}`);
  const unpooled = foldBatchNorm(model);
  const folded = poolBeforeRelu(unpooled);
  const { graph } = folded;
  const precision = new Map<string, Precision>();
  for (const node of graph.nodes) {
    const kind = precisionKind(node);
    if (kind === 'weight') precision.set(node.id, { bits: weightBits, least: LEAST_WEIGHT_BITS });
    if (kind === 'activation') precision.set(node.id, { bits: activationBits, least: LEAST_ACTIVATION_BITS });
  }
  const lowering = new Lowering({
    model: folded,
    shapes: inferShapes(graph),
    gates: compileGates(graph, folded.gateMaps),
    ranges: rangesAfterFolding(model.graph, unpooled.graph, ranges),
    output: graph.output,
    ringBits,
    margin,
    multiplyPools: joinsUnequalPools(graph),
  });
  const lowered = search(graph, lowering, precision);
  const weights = new Map<string, IntegerWeights>();
  for (const [id, { weights: own }] of lowered) if (own) weights.set(id, own);
  const nodes = graph.nodes.map((node) => lowered.get(node.id)!.node);
  return { graph: { ringBits, nodes, output: graph.output }, weights };
}

interface Precision {
  bits: number;
  readonly least: number;
}

/** Lowers the whole graph, taking bits away until every bound fits. */
function search(graph: Graph, lowering: Lowering, precision: Map<string, Precision>): Map<string, Lowered> {
  const lowered = new Map<string, Lowered>();
  const keys = new Map<string, { readonly bits: number; readonly inputs: readonly Lowered[] }>();
  const byId = new Map(graph.nodes.map((node) => [node.id, node]));
  const sweep = (): Lowered | null => {
    for (const node of graph.nodes) {
      const inputs = node.inputs.map((id) => lowered.get(id)!);
      const bits = precision.get(node.id)?.bits ?? 0;
      const key = keys.get(node.id);
      if (!key || key.bits !== bits || key.inputs.some((input, i) => input !== inputs[i])) {
        lowered.set(node.id, lowering.lower(node, inputs, bits));
        keys.set(node.id, { bits, inputs });
      }
      const value = lowered.get(node.id)!;
      if (value.failure) return value;
    }
    return null;
  };
  for (let failing = sweep(); failing; failing = sweep()) {
    const sources = unitSources(failing, byId, lowered);
    let chosen: Precision | null = null;
    for (const id of sources) {
      const candidate = precision.get(id)!;
      if (candidate.bits > candidate.least && (!chosen || spare(candidate) > spare(chosen))) chosen = candidate;
    }
    if (!chosen) throw rangeError(failing, sources, byId);
    chosen.bits--;
  }
  return lowered;
}

function spare({ bits, least }: Precision): number {
  return bits - least;
}

/**
 * The layers and activations whose scales set the unit of a failing value, nearest first: all that stand between it
 * and the truncations above, along the operands that no add or concat shifts.
 */
function unitSources(
  failing: Lowered,
  byId: ReadonlyMap<string, Node>,
  lowered: ReadonlyMap<string, Lowered>,
): string[] {
  const sources = new Set<string>();
  const walk = (id: string): void => {
    const node = byId.get(id)!;
    const kind = precisionKind(node);
    if (kind) sources.add(id);
    if (kind === 'activation') return;
    const integer = lowered.get(id)!.node;
    const shifts = integer.op === 'add' || integer.op === 'concat' ? integer.shifts : null;
    for (const [i, input] of node.inputs.entries()) if (!shifts || shifts[i] === 0) walk(input);
  };
  const { id, inputs } = failing.node;
  const before = failing.failure!.quantity === 'z' || failing.failure!.quantity === 'score';
  if (before) for (const input of inputs) walk(input);
  else walk(id);
  return [...sources];
}

function rangeError(failing: Lowered, sources: readonly string[], byId: ReadonlyMap<string, Node>): RangeError {
  const { quantity, bound, limitBits } = failing.failure!;
  const layer = sources.find((id) => precisionKind(byId.get(id)!) === 'weight') ?? failing.node.id;
  const what =
    quantity === 'score' ? `|group score of site "${failing.node.id}"|` : quantity === 'z' ? '|z|' : `|${quantity}|`;
  return new RangeError(
    `layer "${layer}" expected ${what} < 2^${limitBits}, got a bound of 2^${Math.log2(bound).toFixed(1)} with ` +
      `${LEAST_WEIGHT_BITS}-bit weights and ${LEAST_ACTIVATION_BITS}-bit activations: use a wider ring, a smaller ` +
      'margin, smaller gate groups, or a site between consecutive linear layers',
  );
}

/** What the precision of a node means: bits of its weights, bits of its value, or nothing. */
function precisionKind(node: Node): 'weight' | 'activation' | null {
  switch (node.op) {
    case 'conv':
    case 'linear':
    case 'batch-norm':
      return 'weight';
    case 'input':
    case 'relu':
    case 'gate':
    case 'polynomial':
      return 'activation';
    case 'add':
    case 'concat':
    case 'average-pool':
    case 'global-average-pool':
    case 'max-pool':
    case 'resize':
    case 'flatten':
      return null;
    default:
      return node satisfies never;
  }
}

/** Whether some add or concat reads values behind pools whose areas have different odd parts. */
function joinsUnequalPools(graph: Graph): boolean {
  const shapes = inferShapes(graph);
  const odd = new Map<string, number>();
  for (const node of graph.nodes) {
    const parts = node.inputs.map((id) => odd.get(id)!);
    if (parts.some((part) => part !== parts[0])) return true;
    let area = 1;
    if (node.op === 'average-pool') area = node.kernel[0] * node.kernel[1];
    if (node.op === 'global-average-pool')
      area = shapes
        .get(node.inputs[0])!
        .slice(1)
        .reduce((n, side) => n * side, 1);
    while (area % 2 === 0) area /= 2;
    odd.set(node.id, (parts[0] ?? 1) * area);
  }
  return false;
}

/**
 * Ranges under the ids of the folded graph. A convolution that swallowed a batch norm now yields what the batch norm
 * did; where the ranges were measured before folding, its pre-activations are those of the batch norm.
 */
function rangesAfterFolding(original: Graph, folded: Graph, ranges: Ranges): Ranges {
  const before = new Map(original.nodes.map((node) => [node.id, node.inputs]));
  const renamed = new Map(ranges);
  for (const node of folded.nodes)
    for (const [i, input] of node.inputs.entries()) {
      const range = ranges.get(before.get(node.id)![i]!);
      if (range !== undefined) renamed.set(input, range);
    }
  return renamed;
}

function expectBits(name: string, value: number, least: number): void {
  if (!Number.isInteger(value) || value < least || value > 16)
    throw new RangeError(`"${name}" expected an integer from ${least} to 16, got ${value}`);
}
