/**
 * Conv, BatchNormalization, Gemm and MatMul.
 * @module
 */
import { type FloatTensor, sizeOf } from '@relent/graph';
import { transposed } from '../fold.js';
import type { ImportState } from '../import-state.js';
import { maxElements } from '../limits.js';
import type { OnnxNode } from '../node.js';
import type { Operator } from '../operator.js';
import { type Feature, inOrder } from '../value.js';
import { type Axes, equalPadding, readWindow, type Window } from '../window.js';

/** A convolution; where its padding differs from side to side, its kernel gets rows and columns of zeros. */
export const conv: Operator = (state, node) => {
  const x = state.paddedLater(node, 0);
  const weight = state.floats(node, 1);
  if (weight.shape.length !== 4)
    throw node.error('W', '[M, C/group, kH, kW], a convolution of a plane', `[${weight.shape.join(', ')}]`);
  const [outChannels, groupChannels, height, width] = weight.shape as readonly [number, number, number, number];
  const groups = node.int('group', 1);
  const [channels, ...size] = state.shapeOf(x.id) as [number, number, number];
  if (groups < 1 || groupChannels * groups !== channels)
    throw node.error('W', `kernels of ${channels / groups} channels in ${groups} groups`, `${groupChannels}`);
  const biased = (node.inputs[2] ?? '') !== '';
  const window = readWindow(node, size, [height, width], x.padding);
  const { kernel, dilation, padding, data } = alike(state, node, size, window, weight);
  const options = { kernel, stride: window.stride, padding, dilation, groups, bias: biased };
  const y = state.add(node, 'conv', [x.id], (id) => state.build.conv(x.id, outChannels, { ...options, id }), 1);
  state.weight(y.id, 'weight', [outChannels, groupChannels, ...kernel], data);
  if (biased) state.weight(y.id, 'bias', [outChannels], vectorOf(state, node, 2, outChannels));
  return y;
};

/** The kernel for padding that is alike on both sides. */
function alike(state: ImportState, node: OnnxNode, size: Axes, window: Window, { data }: FloatTensor) {
  const { kernel, dilation, before, after } = window;
  const padding = equalPadding(size, window);
  if (padding) return { kernel, dilation, padding, data };
  const grown = ([0, 1] as const).map((axis) => {
    const difference = after[axis] - before[axis];
    const steps = Math.abs(difference) / dilation[axis];
    // Zeros enter in steps of the dilation; if those do not meet the difference, the kernel is written out first.
    const step = Number.isInteger(steps) ? dilation[axis] : 1;
    const reach = step === 1 ? dilation[axis] * (kernel[axis] - 1) + 1 : kernel[axis];
    const extra = Math.abs(difference) / step;
    return {
      padding: Math.max(before[axis], after[axis]),
      length: reach + extra,
      dilation: step,
      first: difference > 0 ? extra : 0,
      spacing: step === 1 ? dilation[axis] : 1,
    };
  });
  const [rows, columns] = grown as [(typeof grown)[0], (typeof grown)[0]];
  const kernels = data.length / (kernel[0] * kernel[1]);
  const total = kernels * rows.length * columns.length;
  if (!(total <= maxElements)) throw node.error('pads', 'padding about alike on both sides', `[${before}, ${after}]`);
  state.spend(node, total);
  const wide = new Float32Array(total);
  for (let k = 0; k < kernels; k++)
    for (let y = 0; y < kernel[0]; y++)
      for (let x = 0; x < kernel[1]; x++) {
        const row = k * rows.length + rows.first + y * rows.spacing;
        wide[row * columns.length + columns.first + x * columns.spacing] = data[(k * kernel[0] + y) * kernel[1] + x]!;
      }
  return {
    kernel: [rows.length, columns.length] as const,
    dilation: [rows.dilation, columns.dilation] as const,
    padding: [rows.padding, columns.padding] as const,
    data: wide,
  };
}

/** A batch norm with fixed statistics. */
export const batchNormalization: Operator = (state, node) => {
  const x = state.plain(node, 0);
  if (node.int('training_mode', 0) !== 0)
    throw node.error('training_mode', '0', '1; export the network in evaluation mode');
  const [channels] = state.shapeOf(x.id) as [number];
  const epsilon = node.float('epsilon', 1e-5);
  const y = state.add(node, 'batch-norm', [x.id], (id) => state.build.batchNorm(x.id, { id, epsilon }), 1);
  for (const [i, suffix] of ['weight', 'bias', 'mean', 'variance'].entries())
    state.weight(y.id, suffix, [channels], vectorOf(state, node, i + 1, channels));
  return y;
};

/** alpha · A · B + beta · C. */
export const gemm: Operator = (state, node) => {
  if (node.int('transA', 0) !== 0) throw node.error('transA', '0: the image is the left operand', '1');
  const weight = state.floats(node, 1);
  const rows = node.int('transB', 0) === 0 ? turned(state, node, weight) : weight;
  const alpha = node.float('alpha', 1);
  const scaled = alpha === 1 ? rows : { ...rows, data: rows.data.map((value) => alpha * value) };
  return dense(state, node, scaled, (node.inputs[2] ?? '') === '' ? null : node.float('beta', 1));
};

/** A · B for a constant B. */
export const matMul: Operator = (state, node) => dense(state, node, turned(state, node, state.floats(node, 1)), null);

function turned(state: ImportState, node: OnnxNode, weight: FloatTensor): FloatTensor {
  if (weight.shape.length !== 2) throw node.error('B', 'a matrix', `[${weight.shape.join(', ')}]`);
  state.spend(node, weight.data.length);
  return transposed({ type: 'float', ...weight }, [1, 0]) as {
    readonly shape: readonly number[];
    readonly data: Float32Array;
  };
}

/** A linear layer, its columns put in the order in which relent flattens. */
function dense(state: ImportState, node: OnnxNode, weight: FloatTensor, beta: number | null): Feature {
  const x = state.padded(node, state.feature(node, 0));
  const dims = state.dims(x);
  const [outFeatures, features] = weight.shape as [number, number];
  if (weight.shape.length !== 2 || dims.length !== 1 || dims[0] !== features)
    throw node.error('B', `a matrix for a vector [batch, ${dims.join(', ')}]`, `[${weight.shape.join(', ')}]`);
  const flat = state.flattened(node, x);
  const data = x.flat && !inOrder(x.order) ? inPlaneOrder(state, node, x, weight) : weight.data;
  const bias = beta !== null;
  const y = state.add(node, 'linear', [flat.id], (id) => state.build.linear(flat.id, outFeatures, { id, bias }), 1);
  state.weight(y.id, 'weight', [outFeatures, features], data);
  if (bias) {
    const added = vectorOf(state, node, 2, outFeatures);
    state.weight(y.id, 'bias', [outFeatures], beta === 1 ? added : added.map((value) => beta * value));
  }
  return y;
}

/** Columns in the order of [C, H, W] from columns in the order of the transposed planes. */
function inPlaneOrder(state: ImportState, node: OnnxNode, x: Feature, { shape, data }: FloatTensor): Float32Array {
  const plane = state.shapeOf(x.id);
  state.spend(node, data.length);
  const view = { type: 'float' as const, shape: [shape[0]!, ...x.order.map((axis) => plane[axis]!)], data };
  const back = [0, 1, 2].map((axis) => 1 + x.order.indexOf(axis));
  return transposed(view, [0, ...back]).data as Float32Array;
}

/** A constant with one entry a channel, or one for all. */
export function vectorOf(state: ImportState, node: OnnxNode, index: number, length: number): Float32Array {
  const { shape, data } = state.floats(node, index);
  if (data.length === length && sizeOf(shape) === length) return data;
  if (data.length === 1) {
    state.spend(node, length);
    return new Float32Array(length).fill(data[0]!);
  }
  throw node.error(`input ${index}`, `${length} values`, `[${shape.join(', ')}]`);
}
