/**
 * The integer oracle: the fixed-point network by plain loops, exactly as the private protocol computes it.
 * @module
 */
import { compareWindows } from '../integer/compare-window.js';
import { convGeometry, type IntegerConvolve, integerConvolve } from '../integer/convolve.js';
import { evaluateLocal, forEachWindow } from '../integer/local.js';
import { ringReduce } from '../integer/ring.js';
import { gateSite, quadraticSite, siteDecisions, siteScores, truncateSite } from '../integer/site.js';
import type { IntegerGraph, IntegerModel, IntegerNode } from '../integer-graph.js';

/**
 * How sites truncate: `floor`, or as the private protocol does for the client's shares. `clientShares` returns the
 * client's additive share z_c of a site's pre-activations, [C·H·W] integers of Z_2^l; under the name that
 * {@link quadraticShareId} gives, its share of what the quadratics of a site truncate, one for each neuron without gate.
 */
export type TruncationMode =
  | { readonly mode: 'floor' }
  | { readonly mode: 'shares'; readonly clientShares: (site: string) => Int32Array };

/** The name of the client's shares of what the quadratics of a site truncate. */
export function quadraticShareId(site: string): string {
  return `${site}/quadratic`;
}

/** How {@link interpretInteger} runs. */
export type IntegerOptions = TruncationMode & {
  /** A faster convolution with the same results. */
  readonly convolve?: IntegerConvolve;
  /** Goes on where a pre-activation or score is out of range. */
  readonly uncheckedRange?: boolean;
};

/** One evaluation of an integer network. */
export interface IntegerRun {
  /** Value of the output node, sign-extended l-bit integers. */
  readonly output: Int32Array;
  /** Value of every node, by id. */
  readonly values: ReadonlyMap<string, Int32Array>;
  /**
   * Whether the input and all site outputs stayed within their `maxAbs`, so that the range proof covers this run.
   * Without it the range checks see representatives of Z_2^l only, and could miss a value that wrapped around.
   */
  readonly withinBounds: boolean;
}

/**
 * Evaluates the integer network on one image.
 *
 * @param image - the input's elements, row-major, see {@link quantizeImage}.
 * @throws RangeError if the image or a client share has the wrong length, or naming the site whose pre-activation or
 * score is not below 2^(l-2) in magnitude.
 */
export function interpretInteger(
  model: IntegerModel,
  image: Int32Array,
  options: IntegerOptions = { mode: 'floor' },
): IntegerRun {
  const { ringBits, nodes, output } = model.graph;
  const convolve = options.convolve ?? integerConvolve;
  const values = new Map<string, Int32Array>();
  const decisions = new Map<string, Uint8Array>();
  const windows = compareWindows(model.graph);
  let withinBounds = true;
  for (const node of nodes) {
    const inputs = node.inputs.map((id) => values.get(id)!);
    let value: Int32Array;
    switch (node.op) {
      case 'input':
        expectLength('image', image, size(node.shape));
        value = ringReduce(image.slice(), ringBits);
        break;
      case 'conv': {
        const weights = model.weights.get(node.id);
        if (!weights) throw new RangeError(`"weights" expected an entry for "${node.id}", got none`);
        value = ringReduce(convolve(inputs[0]!, weights.weight, weights.bias, convGeometry(node)), ringBits);
        break;
      }
      case 'add':
      case 'concat':
      case 'sum-pool':
      case 'resize':
      case 'flatten':
        value = evaluateLocal(node, inputs, ringBits);
        break;
      case 'max-pool':
        value = maxWindows(node, inputs[0]!);
        break;
      case 'site': {
        const { gates } = node;
        const [z] = inputs;
        const share = options.mode === 'shares' ? options.clientShares(node.id) : null;
        if (share) expectLength(`clientShares("${node.id}")`, share, z!.length);
        const scores = siteScores(gates, z!, ringBits);
        if (options.uncheckedRange !== true) {
          expectRange(node.id, 'pre-activation', z!, ringBits - 2);
          expectRange(node.id, 'score', scores, ringBits - 2);
        }
        const clientScores = share && siteScores(gates, share, ringBits);
        decisions.set(node.id, siteDecisions(scores, windows.get(node.id), clientScores));
        const bits = decisions.get(gates.source ?? node.id);
        if (!bits) throw new RangeError(`"${node.id}" expected an earlier site as source, got "${gates.source}"`);
        const shares = share && gates.dropped ? { z: share, values: quadraticShares(node, options) } : null;
        const truncated = truncateSite(z!, node.truncationBits, share);
        const quadratics = quadraticSite(gates, z!, node.truncationBits, truncated, shares, ringBits);
        value = gateSite(gates, truncated, quadratics, bits, ringBits);
        break;
      }
      default:
        node satisfies never;
        throw new TypeError('"node" expected a known operator');
    }
    if ((node.op === 'input' || node.op === 'site') && withinBounds) withinBounds = isWithin(value, node.maxAbs);
    values.set(node.id, value);
  }
  const result = values.get(output);
  if (!result) throw new RangeError(`"output" expected the id of a node, got "${output}"`);
  return { output: result, values, withinBounds };
}

function quadraticShares(node: Extract<IntegerNode, { readonly op: 'site' }>, options: IntegerOptions): Int32Array {
  if (options.mode === 'floor') return new Int32Array(0);
  const id = quadraticShareId(node.id);
  const shares = options.clientShares(id);
  const count = node.gates.gateOf.reduce((sum, gate) => sum + (gate < 0 ? 1 : 0), 0);
  expectLength(`clientShares("${id}")`, shares, count);
  return shares;
}

/**
 * A float image as integers of the network's input: rounded to nearest, saturated at the input's bound.
 *
 * @param image - the input's elements, row-major and normalised.
 * @throws RangeError if the length does not fit or a value is not a number.
 */
export function quantizeImage(graph: IntegerGraph, image: Float32Array): Int32Array {
  const input = graph.nodes[0]!;
  expectLength('image', image, size(input.shape));
  return Int32Array.from(image, (value) => {
    if (Number.isNaN(value)) throw new RangeError('"image" expected numbers, got NaN');
    return Math.max(-input.maxAbs, Math.min(input.maxAbs, Math.round(value / input.scale)));
  });
}

/**
 * The real numbers that the output's integers stand for.
 * @throws RangeError if the length is not that of the output.
 */
export function logitsToFloat(graph: IntegerGraph, logits: Int32Array): Float32Array {
  const output = graph.nodes.find((node) => node.id === graph.output)!;
  expectLength('logits', logits, size(output.shape));
  return Float32Array.from(logits, (value) => value * output.scale);
}

/**
 * The class at every position: index of the largest of the logits [classes, …], of equal ones the first.
 * @returns [H · W] of the output, [1] for a vector.
 * @throws RangeError if the length is not that of the output.
 */
export function classesOf(graph: IntegerGraph, logits: Int32Array): Int32Array {
  const { shape } = graph.nodes.find((node) => node.id === graph.output)!;
  expectLength('logits', logits, size(shape));
  const plane = size(shape.slice(1));
  return Int32Array.from({ length: plane }, (_, position) => {
    let best = 0;
    for (let c = 1; c < shape[0]!; c++) if (logits[c * plane + position]! > logits[best * plane + position]!) best = c;
    return best;
  });
}

function maxWindows(node: Extract<IntegerNode, { readonly op: 'max-pool' }>, input: Int32Array): Int32Array {
  const width = node.inputShape[2];
  const output = new Int32Array(size(node.shape));
  forEachWindow(node.pool, node.inputShape, node.shape, (position, rows, columns, plane) => {
    let largest = -(2 ** 31);
    for (let y = rows[0]; y < rows[1]; y++)
      for (let x = columns[0]; x < columns[1]; x++) largest = Math.max(largest, input[plane + y * width + x]!);
    output[position] = largest;
  });
  return output;
}

function expectRange(site: string, what: string, values: Int32Array, limitBits: number): void {
  const limit = 2 ** limitBits;
  for (const value of values)
    if (value >= limit || value <= -limit)
      throw new RangeError(`site "${site}" expected every ${what} below 2^${limitBits} in magnitude, got ${value}`);
}

function isWithin(values: Int32Array, maxAbs: number): boolean {
  return values.every((value) => Math.abs(value) <= maxAbs);
}

function expectLength(name: string, values: { readonly length: number }, length: number): void {
  if (values.length !== length) throw new RangeError(`"${name}" expected ${length} values, got ${values.length}`);
}

function size(shape: readonly number[]): number {
  return shape.reduce((product, n) => product * n, 1);
}
