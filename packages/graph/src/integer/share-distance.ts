/**
 * How far the private result can be from the `floor` result, for one image and all shares of it.
 *
 * Every truncation of `shares` mode is that of `floor` mode or one more. Starting from the values of a `floor` run, each
 * neuron carries an interval that holds (its value in any `shares` run) - (its value in the `floor` run): a convolution
 * adds intervals up, |weight| by |weight|; a site truncates both ends and gives the upper one the carry; a gate whose
 * score may change sign inside its interval covers both of its decisions. The intervals forget that errors of
 * different neurons are correlated, so they grow with depth: the bound is sound, and tight for shallow networks only.
 * @module
 */

import { bilinearSums } from '../bilinear.js';
import type { IntegerGates, IntegerModel, IntegerNode, IntegerWeights } from '../integer-graph.js';
import { interpretInteger } from '../interpret/integer.js';
import { convGeometry, convOutputSize, forEachRow, type IntegerConvolve } from './convolve.js';
import { forEachWindow } from './local.js';

/** Interval of the difference at each neuron, both ends included. */
interface Interval {
  readonly low: Float64Array;
  readonly high: Float64Array;
}

/** Lowest and highest decision of each gate over all shares. */
interface DecisionInterval {
  readonly low: Uint8Array;
  readonly high: Uint8Array;
}

/**
 * Bound of |shares - floor| for each logit: valid for every client share, as long as no value leaves its range.
 *
 * @param image - the input's elements, row-major, as for {@link interpretInteger}.
 * @param convolve - a faster convolution for the `floor` run.
 * @returns one non-negative integer per output element, at most 2^l.
 * @throws RangeError as {@link interpretInteger}.
 */
export function shareDistanceBound(model: IntegerModel, image: Int32Array, convolve?: IntegerConvolve): Float64Array {
  const { graph } = model;
  const run = interpretInteger(model, image, convolve ? { mode: 'floor', convolve } : { mode: 'floor' });
  const intervals = new Map<string, Interval>();
  const decisions = new Map<string, DecisionInterval>();
  for (const node of graph.nodes) {
    const inputs = node.inputs.map((id) => intervals.get(id)!);
    const values = node.inputs.map((id) => run.values.get(id)!);
    intervals.set(node.id, propagate(node, inputs, values, run.values.get(node.id)!, model.weights, decisions));
  }
  const { low, high } = intervals.get(graph.output)!;
  return low.map((bound, i) => Math.min(2 ** graph.ringBits, Math.max(-bound, high[i]!)));
}

function propagate(
  node: IntegerNode,
  inputs: readonly Interval[],
  values: readonly Int32Array[],
  value: Int32Array,
  weights: ReadonlyMap<string, IntegerWeights>,
  decisions: Map<string, DecisionInterval>,
): Interval {
  switch (node.op) {
    case 'input':
      return { low: new Float64Array(value.length), high: new Float64Array(value.length) };
    case 'conv':
      return convInterval(node, inputs[0]!, weights.get(node.id)!.weight);
    case 'add':
      return bothEnds((end) => {
        const [x, y] = [inputs[0]![end], inputs[1]![end]];
        return x.map((bound, i) => bound * 2 ** node.shifts[0] + y[i]! * 2 ** node.shifts[1]);
      });
    case 'concat':
      return bothEnds((end) =>
        Float64Array.from(inputs.flatMap((x, k) => Array.from(x[end], (bound) => bound * 2 ** node.shifts[k]!))),
      );
    case 'sum-pool':
      return bothEnds((end) => {
        const sums = foldWindows(node, value.length, 0, (sum, i) => sum + inputs[0]![end][i]!);
        return sums.map((sum) => sum * node.multiplier);
      });
    case 'max-pool':
      return bothEnds((end) => {
        const largest = foldWindows(node, value.length, -Infinity, (max, i) =>
          Math.max(max, values[0]![i]! + inputs[0]![end][i]!),
        );
        return largest.map((max, i) => max - value[i]!);
      });
    case 'resize':
      return bothEnds((end) => bilinearSums(inputs[0]![end], node.inputShape, node.resizeScale));
    case 'flatten':
      return inputs[0]!;
    case 'site':
      return siteInterval(node, inputs[0]!, values[0]!, value, decisions);
    default:
      return node satisfies never;
  }
}

function bothEnds(end: (which: 'low' | 'high') => Float64Array): Interval {
  return { low: end('low'), high: end('high') };
}

/** Centres go through the weights, radii through their magnitudes. */
function convInterval(node: Extract<IntegerNode, { readonly op: 'conv' }>, x: Interval, weight: Int32Array): Interval {
  const geometry = convGeometry(node);
  const [height, width] = convOutputSize(geometry);
  const centre = x.low.map((bound, i) => (bound + x.high[i]!) / 2);
  const radius = x.low.map((bound, i) => (x.high[i]! - bound) / 2);
  const outCentre = new Float64Array(geometry.outChannels * height * width);
  const outRadius = new Float64Array(outCentre.length);
  forEachRow(geometry, (out, tap, from, step, length) => {
    const w = weight[tap]!;
    const magnitude = Math.abs(w);
    for (let j = 0; j < length; j++) {
      outCentre[out + j]! += w * centre[from + j * step]!;
      outRadius[out + j]! += magnitude * radius[from + j * step]!;
    }
  });
  return {
    low: outCentre.map((c, i) => c - outRadius[i]!),
    high: outCentre.map((c, i) => c + outRadius[i]!),
  };
}

function foldWindows(
  node: Extract<IntegerNode, { readonly op: 'sum-pool' | 'max-pool' }>,
  size: number,
  start: number,
  step: (folded: number, position: number) => number,
): Float64Array {
  const width = node.inputShape[2];
  const output = new Float64Array(size);
  forEachWindow(node.pool, node.inputShape, node.shape, (position, rows, columns, plane) => {
    let folded = start;
    for (let y = rows[0]; y < rows[1]; y++)
      for (let x = columns[0]; x < columns[1]; x++) folded = step(folded, plane + y * width + x);
    output[position] = folded;
  });
  return output;
}

function siteInterval(
  node: Extract<IntegerNode, { readonly op: 'site' }>,
  { low, high }: Interval,
  z: Int32Array,
  output: Int32Array,
  decisions: Map<string, DecisionInterval>,
): Interval {
  const { gates, truncationBits } = node;
  if (gates.source === null) decisions.set(node.id, decisionInterval(node, z, low, high));
  const decided = decisions.get(gates.source ?? node.id)!;
  const plane = gates.shape[1] * gates.shape[2];
  const outLow = new Float64Array(z.length);
  const outHigh = new Float64Array(z.length);
  for (let i = 0; i < z.length; i++) {
    const channel = Math.floor(i / plane);
    const gate = gates.gateOf[i]!;
    const ends: Ends = [z[i]! + low[i]!, z[i]! + high[i]!];
    const x = truncatedEnds(ends, truncationBits);
    const y =
      gate < 0
        ? dropped(gates, channel, x, ends, truncationBits)
        : gated(gates, channel, x, [decided.low[gate]!, decided.high[gate]!]);
    outLow[i] = y[0] - output[i]!;
    outHigh[i] = y[1] - output[i]!;
  }
  return { low: outLow, high: outHigh };
}

function decisionInterval(
  { gates, ignoredBits = 0 }: Extract<IntegerNode, { readonly op: 'site' }>,
  z: Int32Array,
  low: Float64Array,
  high: Float64Array,
): DecisionInterval {
  const { scoreStart, scoreNeuron, scoreWeight, comparisons } = gates;
  const lowest = new Uint8Array(comparisons);
  const highest = new Uint8Array(comparisons);
  for (let g = 0; g < comparisons; g++) {
    let least = 0;
    let most = 0;
    for (let k = scoreStart[g]!; k < scoreStart[g + 1]!; k++) {
      const i = scoreNeuron[k]!;
      const score = product([z[i]! + low[i]!, z[i]! + high[i]!], [scoreWeight[k]!, scoreWeight[k]!]);
      least += score[0];
      most += score[1];
    }
    lowest[g] = least >= 2 ** ignoredBits ? 1 : 0;
    highest[g] = most > 0 ? 1 : 0;
  }
  return { low: lowest, high: highest };
}

type Ends = readonly [number, number];

function gated(gates: IntegerGates, channel: number, x: Ends, decision: Ends): Ends {
  const { a, b } = gates;
  const factors = decision.map((d) => b[channel]! + d * a[channel]!);
  return product(x, [Math.min(...factors), Math.max(...factors)]);
}

/** Truncation of all values in between, under any shares. */
function truncatedEnds([low, high]: Ends, bits: number): Ends {
  return [Math.floor(low / 2 ** bits), Math.floor(high / 2 ** bits) + (bits > 0 ? 1 : 0)];
}

function dropped(
  { dropped: quadratics, affineBits }: IntegerGates,
  channel: number,
  x: Ends,
  z: Ends,
  truncationBits: number,
): Ends {
  if (quadratics === null) return [x[0] * 2 ** affineBits, x[1] * 2 ** affineBits];
  const [c2, c1, c0] = (['c2', 'c1', 'c0'] as const).map((name) => quadratics[name][channel]!);
  const coarse = truncatedEnds(z, truncationBits + quadratics.squareBits);
  const squares = [coarse[0] ** 2, coarse[1] ** 2];
  const least = coarse[0] <= 0 && coarse[1] >= 0 ? 0 : Math.min(...squares);
  const square = product([least, Math.max(...squares)], [c2!, c2!]);
  const linear = product(x, [c1!, c1!]);
  return truncatedEnds([square[0] + linear[0] + c0!, square[1] + linear[1] + c0!], quadratics.outerBits);
}

/** Hull of the products of two intervals. */
function product(x: Ends, y: Ends): Ends {
  const ends = [x[0] * y[0], x[0] * y[1], x[1] * y[0], x[1] * y[1]];
  return [Math.min(...ends), Math.max(...ends)];
}
