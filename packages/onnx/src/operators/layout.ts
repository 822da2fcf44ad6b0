/**
 * Operators that move values about: Flatten, Reshape, Squeeze, Transpose, Pad, Identity, Dropout, Cast, Shape.
 * @module
 */
import { sizeOf } from '@relent/graph';
import type { Dim } from '../constant.js';
import { axesOf, axisOf, integersOf, numbersOf } from '../fold.js';
import { type ImportState, paddingOf } from '../import-state.js';
import { maxElements } from '../limits.js';
import type { OnnxNode } from '../node.js';
import type { Operator } from '../operator.js';
import { type Feature, inOrder, type Value } from '../value.js';

/** The value itself. */
export const identity: Operator = (state, node) => state.value(node, 0);

/** The value itself, as it is at inference. */
export const dropout: Operator = (state, node) => {
  const training = state.constant(node, 2, true);
  if (training && training.data[0] !== 0)
    throw node.error('training_mode', 'false', 'true; export the network in evaluation mode');
  return state.feature(node, 0);
};

/** A change of the float type, which relent does not have. */
export const cast: Operator = (state, node) => {
  const to = node.int('to', 0);
  if (to !== 1 && to !== 10 && to !== 11) throw node.error('to', 'a float type', `code ${to}`);
  return state.feature(node, 0);
};

/** The shape, with the batch size unknown. */
export const shape: Operator = (state, node) => {
  const dims = state.shape(state.feature(node, 0));
  const start = node.int('start', 0);
  const end = node.int('end', dims.length);
  const data = dims.slice(start, end);
  return { kind: 'constant', constant: { type: 'int', shape: [data.length], data } };
};

/** [batch, C, H, W] as [batch, C·H·W]. */
export const flatten: Operator = (state, node) => {
  const x = state.feature(node, 0);
  const rank = state.dims(x).length + 1;
  const axis = node.int('axis', 1);
  if ((axis < 0 ? axis + rank : axis) !== 1) throw node.error('axis', '1: all but the batch', String(axis));
  return asVector(state, node, x);
};

/** A vector; transposed planes stay as they are until a Gemm takes them. */
function asVector(state: ImportState, node: OnnxNode, value: Feature): Feature {
  const x = state.padded(node, value);
  const plane = state.shapeOf(x.id);
  // Moving axes of length 1 moves no element.
  const moved = x.order.filter((axis) => plane[axis]! > 1);
  const still = moved.every((axis, i) => i === 0 || axis > moved[i - 1]!);
  return still ? state.flattened(node, x) : { ...x, flat: true };
}

/** A reshape that keeps the shape, or flattens all but the batch. */
export const reshape: Operator = (state, node) => {
  const x = state.feature(node, 0);
  const given = node.inputs.length > 1 ? integersOf(node, state.constant(node, 1), 'shape') : node.ints('shape');
  if (!given) throw node.error('shape', 'constant integers', 'none');
  const before = state.shape(x);
  const wanted = given.map((n, axis): Dim => (n === 0 && node.int('allowzero', 0) === 0 ? (before[axis] ?? 0) : n));
  return shaped(state, node, x, wanted);
};

function shaped(state: ImportState, node: OnnxNode, x: Feature, wanted: readonly Dim[]): Feature {
  const dims = state.dims(x);
  const count = sizeOf(dims);
  const [first, ...rest] = wanted;
  const numbers = rest.filter((n): n is number => typeof n === 'number');
  const known = sizeOf(numbers.filter((n) => n !== -1));
  const sizes = numbers.map((n) => (n === -1 ? count / known : n));
  const keepsBatch = first === 'batch' || first === -1 || first === 1 || first === state.settings.batch;
  const open = numbers.filter((n) => n === -1).length + (first === -1 ? 1 : 0);
  if (keepsBatch && numbers.length === rest.length && open <= 1 && sizeOf(sizes) === count) {
    if (sizes.length === dims.length && sizes.every((n, axis) => n === dims[axis])) return x;
    if (sizes.length === 1) return asVector(state, node, x);
  }
  throw node.error(
    'shape',
    `[batch, ${dims.join(', ')}] or [batch, ${count}]`,
    `[${wanted.slice(0, 8).join(', ')}]; relent has no operator that regroups channels or pixels`,
  );
}

/** Drops axes of length 1. */
export const squeeze: Operator = (state, node) => {
  const x = state.feature(node, 0);
  const dims = state.dims(x);
  const axes = axesOf(node, state.constant(node, 1, true), dims.length + 1);
  const drop = (axis: number) => (axes ? axes.includes(axis) : axis > 0 && dims[axis - 1] === 1);
  if (drop(0) || dims.some((n, axis) => drop(axis + 1) && n !== 1))
    throw node.error('axes', `axes of length 1 in [batch, ${dims.join(', ')}]`, `[${axes}]`);
  return shaped(state, node, x, ['batch', ...dims.filter((_, axis) => !drop(axis + 1))]);
};

/** Another order of the axes: kept in mind until a Gemm or a transpose back. */
export const transpose: Operator = (state, node) => {
  const x = state.feature(node, 0);
  const rank = state.dims(x).length + 1;
  const order = node.ints('perm');
  if (!order || order.length !== rank || new Set(order).size !== rank || order[0] !== 0)
    throw node.error('perm', `a permutation of ${rank} axes that leaves the batch first`, `[${order ?? ''}]`);
  if (order.some((axis) => axis < 0 || axis >= rank)) throw node.error('perm', `axes below ${rank}`, `[${order}]`);
  if (inOrder(order)) return x;
  return { ...x, order: order.slice(1).map((axis) => x.order[axis - 1]!) };
};

/** Zeros around the plane, or after and before the channels. */
export const pad: Operator = (state, node) => {
  const x = state.feature(node, 0);
  const mode = node.string('mode', 'constant');
  if (mode !== 'constant') throw node.error('mode', 'constant', `${mode}; relent pads with zeros`);
  const filler = state.constant(node, 2, true)?.data[0] ?? node.float('value', 0);
  if (filler !== 0) throw node.error('constant_value', '0', String(filler));
  const rank = state.dims(x).length + 1;
  const pads = node.inputs.length > 1 ? numbersOf(node, state.constant(node, 1), 'pads') : (node.ints('pads') ?? []);
  const listed = axesOf(node, state.constant(node, 3, true), rank) ?? Array.from({ length: rank }, (_, axis) => axis);
  if (pads.length !== 2 * listed.length || pads.some((n) => n < 0 || n > maxElements))
    throw node.error('pads', `${2 * listed.length} sizes of at least 0`, `[${pads}]`);
  // [before, after] by axis of relent; the batch is axis -1.
  const zeros = new Map<number, readonly [number, number]>();
  listed.forEach((axis, i) => {
    zeros.set(axis === 0 ? -1 : x.order[axis - 1]!, [pads[i]!, pads[i + listed.length]!]);
  });
  const of = (axis: number) => zeros.get(axis) ?? ([0, 0] as const);
  if (x.flat || x.order.length !== 3 || of(-1).some((n) => n > 0)) {
    if ([...zeros.values()].every(([before, after]) => before === 0 && after === 0)) return x;
    throw node.error('pads', 'zeros around planes', `[${pads}] on [batch, ${state.dims(x).join(', ')}]`);
  }
  const channels = paddedChannels(state, node, x, of(0));
  const { top, left, bottom, right } = channels.padding ?? { top: 0, left: 0, bottom: 0, right: 0 };
  const padding = paddingOf([top + of(1)[0], left + of(2)[0], bottom + of(1)[1], right + of(2)[1]]);
  return { ...channels, padding };
};

/** Zero channels before and after, as residual networks of option A have them: a 1×1 convolution with ones. */
function paddedChannels(state: ImportState, node: OnnxNode, x: Feature, [before, after]: readonly [number, number]) {
  if (before === 0 && after === 0) return x;
  const source = state.padded(node, x);
  const [channels] = state.shapeOf(source.id) as [number];
  const outChannels = before + channels + after;
  if (!(outChannels * channels <= maxElements)) throw node.error('pads', 'fewer channels', String(outChannels));
  state.spend(node, outChannels * channels);
  const y = state.add(node, 'conv', [source.id], (id) =>
    state.build.conv(source.id, outChannels, { id, kernel: 1, padding: 0 }),
  );
  const data = new Float32Array(outChannels * channels);
  for (let c = 0; c < channels; c++) data[(before + c) * channels + c] = 1;
  state.weight(y.id, 'weight', [outChannels, channels, 1, 1], data);
  return { ...source, id: y.id };
}

/** Values one after the other along the channels. */
export const concat: Operator = (state, node): Value => {
  const parts = node.inputs.map((_, i) => state.padded(node, state.feature(node, i)));
  const [first] = parts;
  if (!first) throw node.error('inputs', 'at least one', 'none');
  const axis = axisOf(node, node.int('axis', 1), state.dims(first).length + 1);
  const alike = parts.every(
    ({ order, flat }) =>
      flat === first.flat && order.length === first.order.length && order.every((n, i) => n === first.order[i]),
  );
  if (axis === 0 || first.flat || !alike || first.order[axis - 1] !== 0)
    throw node.error('axis', 'the channels, of values in one layout', String(axis));
  if (parts.length === 1) return first;
  const ids = parts.map(({ id }) => id);
  const y = state.add(node, 'concat', ids, (id) => state.build.concat(ids, { id }));
  return { ...first, id: y.id };
};

/** A bilinear enlargement by a power of two, aligned at pixel edges. */
export const resize: Operator = (state, node) => {
  const x = state.planes(node, 0);
  const [, height, width] = state.shapeOf(x.id) as [number, number, number];
  const mode = node.string('mode', 'nearest');
  const place = node.string('coordinate_transformation_mode', state.settings.opset < 11 ? 'asymmetric' : 'half_pixel');
  const scales = resizeScales(state, node, [height, width]);
  if (scales[0] === 1 && scales[1] === 1) return x;
  if (mode !== 'linear' || (place !== 'half_pixel' && place !== 'pytorch_half_pixel'))
    throw node.error(
      'mode',
      'linear with half_pixel coordinates',
      `${mode} with ${place}; export interpolate(mode="bilinear", align_corners=False)`,
    );
  if (scales[0] !== scales[1]) throw node.error('scales', 'one scale for both axes', `[${scales}]`);
  return state.add(node, 'resize', [x.id], (id) => state.build.resize(x.id, scales[0]!, { id }));
};

function resizeScales(state: ImportState, node: OnnxNode, size: readonly [number, number]): readonly number[] {
  const last = state.settings.opset < 11 ? 1 : 2;
  const scales = state.constant(node, last, true);
  const sizes = state.constant(node, 3, true);
  if (scales && scales.data.length > 0) {
    if (scales.type !== 'float' || scales.data.length !== 4 || scales.data[0] !== 1 || scales.data[1] !== 1)
      throw node.error('scales', '[1, 1, s, s]', `[${[...scales.data].slice(0, 8)}]`);
    return [scales.data[2]!, scales.data[3]!];
  }
  const wanted = integersOf(node, sizes, 'sizes');
  if (wanted.length !== 4) throw node.error('sizes', 'four sizes', String(wanted.length));
  return size.map((n, axis) => Number(wanted[axis + 2]) / n);
}
