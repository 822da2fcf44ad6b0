import { forEachBilinear } from '../bilinear.js';
import type { PoolAttributes } from '../graph.js';
import type { IntegerNode } from '../integer-graph.js';
import { ringReduce } from './ring.js';

/** The nodes that a party computes on its additive share alone and without weights. */
export type LocalNode = Extract<IntegerNode, { readonly op: 'add' | 'concat' | 'sum-pool' | 'resize' | 'flatten' }>;

/** Whether a node is local: see {@link LocalNode}. */
export function isLocal(node: IntegerNode): node is LocalNode {
  switch (node.op) {
    case 'add':
    case 'concat':
    case 'sum-pool':
    case 'resize':
    case 'flatten':
      return true;
    default:
      return false;
  }
}

/**
 * The value of a local node in Z_2^l, for plaintexts and for additive shares alike: it is linear and has no constant.
 *
 * @param inputs - one array per input of the node, sign-extended l-bit integers; never written to.
 * @returns a new array of sign-extended l-bit integers.
 */
export function evaluateLocal(node: LocalNode, inputs: readonly Int32Array[], ringBits: number): Int32Array {
  switch (node.op) {
    case 'add': {
      const sum = shiftLeft(inputs[0]!, node.shifts[0]);
      const other = shiftLeft(inputs[1]!, node.shifts[1]);
      for (let i = 0; i < sum.length; i++) sum[i] = (sum[i]! + other[i]!) | 0;
      return ringReduce(sum, ringBits);
    }
    case 'concat': {
      const output = new Int32Array(inputs.reduce((length, input) => length + input.length, 0));
      let position = 0;
      for (const [index, input] of inputs.entries()) {
        output.set(shiftLeft(input, node.shifts[index]!), position);
        position += input.length;
      }
      return ringReduce(output, ringBits);
    }
    case 'sum-pool': {
      const output = sumWindows(inputs[0]!, node.pool, node.inputShape, node.shape);
      if (node.multiplier !== 1)
        for (let i = 0; i < output.length; i++) output[i] = Math.imul(output[i]!, node.multiplier);
      return ringReduce(output, ringBits);
    }
    case 'resize':
      return ringReduce(enlarge(inputs[0]!, node.inputShape, node.resizeScale), ringBits);
    case 'flatten':
      return inputs[0]!.slice();
    default:
      return node satisfies never;
  }
}

/** Left shift in Z_2^32 into a new array; JavaScript's own `<<` takes its distance modulo 32. */
function shiftLeft(values: Int32Array, bits: number): Int32Array {
  if (bits === 0) return values.slice();
  return bits > 31 ? new Int32Array(values.length) : values.map((value) => value << bits);
}

/**
 * Visits every window of a pool: `visit` gets the output position and the input positions inside the image.
 */
export function forEachWindow(
  pool: PoolAttributes,
  inputShape: readonly [number, number, number],
  outputShape: readonly number[],
  visit: (output: number, rows: readonly [number, number], columns: readonly [number, number], plane: number) => void,
): void {
  const [channels, height, width] = inputShape;
  const outHeight = outputShape[1]!;
  const outWidth = outputShape[2]!;
  for (let c = 0; c < channels; c++)
    for (let y = 0; y < outHeight; y++) {
      const top = y * pool.stride[0] - pool.padding[0];
      const rows = [Math.max(0, top), Math.min(height, top + pool.kernel[0])] as const;
      for (let x = 0; x < outWidth; x++) {
        const left = x * pool.stride[1] - pool.padding[1];
        const columns = [Math.max(0, left), Math.min(width, left + pool.kernel[1])] as const;
        visit((c * outHeight + y) * outWidth + x, rows, columns, c * height * width);
      }
    }
}

/** Sums in Z_2^32: products of 32-bit integers would not be exact as doubles. */
function enlarge(input: Int32Array, shape: readonly [number, number, number], scale: number): Int32Array {
  const output = new Int32Array(input.length * scale * scale);
  forEachBilinear(shape, scale, (at, positions, weights) => {
    let sum = 0;
    for (let i = 0; i < 4; i++) sum = (sum + Math.imul(weights[i]!, input[positions[i]!]!)) | 0;
    output[at] = sum;
  });
  return output;
}

function sumWindows(
  input: Int32Array,
  pool: PoolAttributes,
  inputShape: readonly [number, number, number],
  outputShape: readonly number[],
): Int32Array {
  const width = inputShape[2];
  const output = new Int32Array(outputShape.reduce((size, n) => size * n, 1));
  forEachWindow(pool, inputShape, outputShape, (position, rows, columns, plane) => {
    let sum = 0;
    for (let y = rows[0]; y < rows[1]; y++)
      for (let x = columns[0]; x < columns[1]; x++) sum = (sum + input[plane + y * width + x]!) | 0;
    output[position] = sum;
  });
  return output;
}
