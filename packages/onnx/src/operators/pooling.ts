/**
 * MaxPool, AveragePool, GlobalAveragePool, GlobalMaxPool and ReduceMean.
 * @module
 */
import { axesOf } from '../fold.js';
import type { ImportState } from '../import-state.js';
import type { OnnxNode } from '../node.js';
import type { Operator } from '../operator.js';
import type { Feature } from '../value.js';
import { type Axes, equalPadding, readWindow, type Window } from '../window.js';

type Size = readonly [number, number, number];

/** Fails on dilated windows. */
function expectDense(node: OnnxNode, { dilation }: Window): void {
  if (dilation[0] !== 1 || dilation[1] !== 1)
    throw node.error('dilations', '[1, 1]', `[${dilation}]; use a pool without dilation`);
}

/** Padding that the graph's pools can have: alike, and at most half the kernel. */
function poolPadding(size: Axes, window: Window): Axes | null {
  const padding = equalPadding(size, window);
  const fits = padding?.every((n, axis) => 2 * n <= window.kernel[axis]!) ?? false;
  return fits ? padding : null;
}

/** The input with zeros around it, so that a pool without padding follows. */
function zerosAround(state: ImportState, node: OnnxNode, x: Feature, { before, after }: Window): Feature {
  const padding = { top: before[0], left: before[1], bottom: after[0], right: after[1] };
  state.notes.add(`${node.label}: its padding is not alike on both sides, so a layer that pads stands before it`);
  return state.padded(node, { ...x, padding });
}

/** A max pool. Zeros stand for its padding only where no value is negative. */
export const maxPool: Operator = (state, node) => {
  const x = state.paddedLater(node, 0);
  if ((node.outputs[1] ?? '') !== '' && node.outputs.length > 1)
    throw node.error('outputs', 'the values alone', 'the indices as well');
  const [, ...size] = state.shapeOf(x.id) as Size;
  const window = readWindow(node, size, null, x.padding);
  expectDense(node, window);
  const padding = poolPadding(size, window);
  // A Pad before it puts zeros, which win over negative values; the pool's own padding never wins.
  const zerosHarmless = state.neverNegative(x);
  if (padding && (!x.padding || zerosHarmless)) return pool(state, node, x, window, padding);
  if (zerosHarmless) return pool(state, node, zerosAround(state, node, x, window), window, [0, 0]);
  if (x.padding) {
    const around = state.padded(node, x);
    const [, ...wide] = state.shapeOf(around.id) as Size;
    const inner = readWindow(node, wide, null, null);
    const own = poolPadding(wide, inner);
    if (own) return pool(state, node, around, inner, own);
  }
  throw node.error(
    'pads',
    'padding alike on both sides and at most half the kernel, or a pool after a ReLU',
    `${window.before.join('×')} before and ${window.after.join('×')} after; export without ceil_mode, or pool after the ReLU`,
  );
};

function pool(state: ImportState, node: OnnxNode, x: Feature, window: Window, padding: Axes): Feature {
  const { kernel, stride } = window;
  return state.add(node, 'max-pool', [x.id], (id) => state.build.maxPool(x.id, kernel, { id, stride, padding }));
}

/** An average pool whose padding counts, as zeros. */
export const averagePool: Operator = (state, node) => {
  const x = state.paddedLater(node, 0);
  const [, ...size] = state.shapeOf(x.id) as Size;
  const window = readWindow(node, size, null, x.padding);
  expectDense(node, window);
  const around = readWindow(node, paddedSize(state, x), null, null);
  const own = [...around.before, ...around.after].some((n) => n > 0);
  if (own && (node.int('count_include_pad', 0) === 0 || node.int('ceil_mode', 0) !== 0) && !unused(state, x, around))
    throw node.error(
      'count_include_pad',
      '1 without ceil_mode, so that every window divides by its full area',
      'windows that divide by what lies in the image; export the pool with count_include_pad=True and ceil_mode=False',
    );
  const { kernel, stride } = window;
  const padding = poolPadding(size, window);
  const source = padding ? x : zerosAround(state, node, x, window);
  const options = { stride, padding: padding ?? ([0, 0] as const) };
  return state.add(node, 'average-pool', [source.id], (id) =>
    state.build.averagePool(source.id, kernel, { ...options, id }),
  );
};

function paddedSize(state: ImportState, x: Feature): Axes {
  const [, height, width] = state.dims(x) as Size;
  return [height, width];
}

/** Whether no window reaches the padding after the plane, and there is none before it. */
function unused(state: ImportState, x: Feature, window: Window): boolean {
  const size = paddedSize(state, x);
  const { before } = window;
  const equal = equalPadding(size, window);
  return before[0] === 0 && before[1] === 0 && equal !== null;
}

/** The mean of every plane. */
export const globalAveragePool: Operator = (state, node) => meanOfPlane(state, node, state.planes(node, 0));

function meanOfPlane(state: ImportState, node: OnnxNode, x: Feature): Feature {
  return state.add(node, 'global-average-pool', [x.id], (id) => state.build.globalAveragePool(x.id, { id }));
}

/** The maximum of every plane. */
export const globalMaxPool: Operator = (state, node) => {
  const x = state.planes(node, 0);
  const [, height, width] = state.shapeOf(x.id) as Size;
  return state.add(node, 'max-pool', [x.id], (id) => state.build.maxPool(x.id, [height, width], { id }));
};

/** A mean over the plane, in any layout, with or without its axes kept. */
export const reduceMean: Operator = (state, node) => {
  const x = state.padded(node, state.feature(node, 0));
  const rank = state.dims(x).length + 1;
  const axes = axesOf(node, state.constant(node, 1, true), rank) ?? [];
  const reduced = axes.map((axis) => (axis === 0 ? -1 : x.order[axis - 1]!)).sort();
  if (x.flat || x.order.length !== 3 || reduced.length !== 2 || reduced[0] !== 1 || reduced[1] !== 2)
    throw node.error(
      'axes',
      'the two axes of the plane',
      `[${axes}] of ${rank}; relent takes a mean over the whole plane`,
    );
  const mean = { ...meanOfPlane(state, node, x), order: x.order };
  return node.int('keepdims', 1) === 0 ? state.flattened(node, { ...mean, flat: true }) : mean;
};
