/**
 * Operators on tensors that are known at import: the shape arithmetic around reshapes, and weights that an exporter
 * writes with a transpose or a scale before them.
 * @module
 */
import { type Constant, type Dim, elementCount } from './constant.js';
import { maxElements, maxShapeElements } from './limits.js';
import type { OnnxNode } from './node.js';

/** Evaluates a node whose inputs are all constants. */
export type Fold = (node: OnnxNode, inputs: readonly (Constant | undefined)[], opset: number) => Constant;

/** A constant with the same elements in another shape. */
export function reshaped(constant: Constant, shape: readonly number[]): Constant {
  return constant.type === 'float' ? { ...constant, shape } : { ...constant, shape };
}

/** A constant made of elements of another, by position. */
function picked(constant: Constant, shape: readonly number[], from: (position: number) => number): Constant {
  const count = elementCount(shape);
  if (constant.type === 'int')
    return { type: 'int', shape, data: Array.from({ length: count }, (_, i) => constant.data[from(i)]!) };
  const data = new Float32Array(count);
  for (let i = 0; i < count; i++) data[i] = constant.data[from(i)]!;
  return { type: 'float', shape, data };
}

/** The one input at `index`. */
function required(node: OnnxNode, inputs: readonly (Constant | undefined)[], index: number): Constant {
  const input = inputs[index];
  if (!input) throw node.error('input', `at least ${index + 1} inputs`, String(node.inputs.length));
  return input;
}

/**
 * The integers of an input, such as axes or a shape.
 * @throws FormatError naming the node if it is not a short list of integers.
 */
export function integersOf(node: OnnxNode, constant: Constant | undefined, what: string): readonly Dim[] {
  if (constant?.type !== 'int') throw node.error(what, 'constant integers', constant ? 'floats' : 'none');
  if (constant.data.length > maxShapeElements)
    throw node.error(what, `at most ${maxShapeElements} integers`, String(constant.data.length));
  return constant.data;
}

/** The same where the batch size has no place. */
export function numbersOf(node: OnnxNode, constant: Constant | undefined, what: string): readonly number[] {
  return integersOf(node, constant, what).map((value) => {
    if (value === 'batch') throw node.error(what, 'numbers', 'the batch size');
    return value;
  });
}

/** Axes as numbers from 0, from an attribute or, in later opsets, an input. */
export function axesOf(node: OnnxNode, input: Constant | undefined, rank: number): readonly number[] | null {
  const axes = input ? numbersOf(node, input, 'axes') : node.ints('axes');
  return axes === null ? null : axes.map((axis) => axisOf(node, axis, rank));
}

/** One axis as a number from 0. */
export function axisOf(node: OnnxNode, axis: number, rank: number): number {
  const at = axis < 0 ? axis + rank : axis;
  if (!Number.isInteger(at) || at < 0 || at >= rank) throw node.error('axis', `below ${rank}`, String(axis));
  return at;
}

const squeeze: Fold = (node, inputs) => {
  const x = required(node, inputs, 0);
  const axes = axesOf(node, inputs[1], x.shape.length);
  const keep = (n: number, axis: number) => (axes ? !axes.includes(axis) : n !== 1);
  const shape = x.shape.filter(keep);
  if (elementCount(shape) !== elementCount(x.shape)) throw node.error('axes', 'axes of length 1', `[${axes}]`);
  return reshaped(x, shape);
};

const unsqueeze: Fold = (node, inputs) => {
  const x = required(node, inputs, 0);
  const given = inputs[1] ? numbersOf(node, inputs[1], 'axes') : (node.ints('axes') ?? []);
  const rank = x.shape.length + given.length;
  if (rank > 8) throw node.error('axes', 'at most 8 axes in all', String(rank));
  const axes = new Set(given.map((axis) => axisOf(node, axis, rank)));
  if (axes.size !== given.length) throw node.error('axes', 'different axes', `[${given}]`);
  const rest = [...x.shape];
  return reshaped(
    x,
    Array.from({ length: rank }, (_, axis) => (axes.has(axis) ? 1 : rest.shift()!)),
  );
};

const concat: Fold = (node, inputs) => {
  const parts = inputs.map((_, i) => required(node, inputs, i));
  const type = required(node, inputs, 0).type;
  if (parts.some((part) => part.shape.length !== 1 || part.type !== type))
    throw node.error('inputs', 'constants of one axis and one type', 'others');
  const length = parts.reduce((sum, part) => sum + part.data.length, 0);
  if (length > maxShapeElements) throw node.error('inputs', `at most ${maxShapeElements} elements`, String(length));
  if (type === 'float') {
    const data = Float32Array.from(parts.flatMap((part) => [...(part.data as Float32Array)]));
    return { type, shape: [length], data };
  }
  return { type, shape: [length], data: parts.flatMap((part) => part.data as readonly Dim[]) };
};

const gather: Fold = (node, inputs) => {
  const x = required(node, inputs, 0);
  const indices = numbersOf(node, inputs[1], 'indices');
  if (x.shape.length !== 1 || axisOf(node, node.int('axis', 0), 1) !== 0)
    throw node.error('data', 'a constant of one axis', `[${x.shape.join(', ')}]`);
  const at = indices.map((index) => axisOf(node, index, x.shape[0]!));
  return picked(x, inputs[1]!.shape, (i) => at[i]!);
};

const slice: Fold = (node, inputs) => {
  const x = required(node, inputs, 0);
  const part = (name: string, index: number) =>
    inputs[index] ? numbersOf(node, inputs[index], name) : node.ints(name);
  const [starts, ends] = [part('starts', 1) ?? [], part('ends', 2) ?? []];
  const steps = inputs[4] ? numbersOf(node, inputs[4], 'steps') : [1];
  if (x.shape.length !== 1 || starts.length !== 1 || ends.length !== 1 || steps.length !== 1 || !(steps[0]! > 0))
    throw node.error('data', 'a constant of one axis, cut with a positive step', `[${x.shape.join(', ')}]`);
  const length = x.shape[0]!;
  const clamp = (at: number) => Math.max(0, Math.min(length, at < 0 ? at + length : at));
  const [start, end, step] = [clamp(starts[0]!), clamp(ends[0]!), steps[0]!];
  return picked(x, [Math.max(0, Math.ceil((end - start) / step))], (i) => start + i * step);
};

const transpose: Fold = (node, inputs) => {
  const x = required(node, inputs, 0);
  const rank = x.shape.length;
  const order = node.ints('perm') ?? Array.from({ length: rank }, (_, axis) => rank - 1 - axis);
  if (order.length !== rank || new Set(order).size !== rank || order.some((axis) => axis < 0 || axis >= rank))
    throw node.error('perm', `a permutation of ${rank} axes`, `[${order}]`);
  return transposed(x, order);
};

/** The axes of a constant in another order: axis i of the result is axis order[i] of `x`. */
export function transposed(x: Constant, order: readonly number[]): Constant {
  const rank = x.shape.length;
  const strides = x.shape.map((_, axis) => elementCount(x.shape.slice(axis + 1)));
  const shape = order.map((axis) => x.shape[axis]!);
  return picked(x, shape, (position) => {
    let rest = position;
    let from = 0;
    for (let axis = rank - 1; axis >= 0; axis--) {
      from += (rest % shape[axis]!) * strides[order[axis]!]!;
      rest = Math.floor(rest / shape[axis]!);
    }
    return from;
  });
}

const reshape: Fold = (node, inputs) => {
  const x = required(node, inputs, 0);
  const wanted = numbersOf(node, inputs[1], 'shape').map((n, axis) =>
    n === 0 && node.int('allowzero', 0) === 0 ? (x.shape[axis] ?? 0) : n,
  );
  const rest = elementCount(wanted.filter((n) => n !== -1));
  const shape = wanted.map((n) => (n === -1 ? elementCount(x.shape) / rest : n));
  const sound = shape.length <= 8 && shape.every((n) => Number.isInteger(n) && n >= 0);
  if (!sound || elementCount(shape) !== elementCount(x.shape))
    throw node.error('shape', `one of ${elementCount(x.shape)} elements`, `[${wanted}]`);
  return reshaped(x, shape);
};

/** Element by element, with ONNX's broadcasting. */
function elementwise(floats: (x: number, y: number) => number, integers: (x: Dim, y: Dim) => Dim | null): Fold {
  return (node, inputs) => {
    const [x, y] = [required(node, inputs, 0), required(node, inputs, 1)];
    const rank = Math.max(x.shape.length, y.shape.length);
    const sizes = [x, y].map(({ shape }) => [...new Array<number>(rank - shape.length).fill(1), ...shape]);
    const shape = sizes[0]!.map((n, axis) => {
      const other = sizes[1]![axis]!;
      if (n !== other && n !== 1 && other !== 1)
        throw node.error('inputs', 'shapes that fit', `[${x.shape}] and [${y.shape}]`);
      return n === 1 ? other : n;
    });
    const count = elementCount(shape);
    const most = x.type === 'float' ? maxElements : maxShapeElements;
    if (count > most) throw node.error('output', `at most ${most} elements`, String(count));
    const [left, right] = sizes.map((size, i) => {
      const source = reshaped(i === 0 ? x : y, size);
      const strides = size.map((n, axis) => (n === 1 ? 0 : elementCount(size.slice(axis + 1))));
      return picked(source, shape, (position) => {
        let rest = position;
        let from = 0;
        for (let axis = rank - 1; axis >= 0; axis--) {
          from += (rest % shape[axis]!) * strides[axis]!;
          rest = Math.floor(rest / shape[axis]!);
        }
        return from;
      });
    }) as [Constant, Constant];
    if (left.type === 'float' && right.type === 'float')
      return { type: 'float', shape, data: left.data.map((value, i) => floats(value, right.data[i]!)) };
    if (left.type === 'float' || right.type === 'float')
      throw node.error('inputs', 'constants of one type', 'floats and integers');
    const data = left.data.map((value, i) => {
      const result = integers(value, right.data[i]!);
      if (result === null || (result !== 'batch' && !Number.isFinite(result)))
        throw node.error('inputs', 'arithmetic that leaves the batch size as it is', 'a product or sum with it');
      return result;
    });
    return { type: 'int', shape, data };
  };
}

/** Integer arithmetic in which `neutral` on the right (and on the left, if it commutes) leaves the batch size alone. */
function integerStep(step: (x: number, y: number) => number, neutral: number, commutes: boolean) {
  return (x: Dim, y: Dim): Dim | null => {
    if (typeof x === 'number' && typeof y === 'number') return step(x, y);
    if (x === 'batch' && y === neutral) return x;
    return commutes && x === neutral ? y : null;
  };
}

const cast: Fold = (node, inputs) => {
  const x = required(node, inputs, 0);
  const to = node.int('to', 0);
  if (to === 6 || to === 7) {
    if (x.type === 'int') return x;
    return { type: 'int', shape: x.shape, data: Array.from(x.data, (value) => Math.trunc(value)) };
  }
  if (to !== 1 && to !== 10 && to !== 11) throw node.error('to', 'a float or an integer type', String(to));
  if (x.type === 'float') return x;
  return { type: 'float', shape: x.shape, data: Float32Array.from(numbersOf(node, x, 'input')) };
};

const same: Fold = (node, inputs) => required(node, inputs, 0);

/** The operators that constants are folded through, by name. */
export const folds: ReadonlyMap<string, Fold> = new Map<string, Fold>([
  ['Identity', same],
  ['Dropout', same],
  ['Cast', cast],
  ['Squeeze', squeeze],
  ['Unsqueeze', unsqueeze],
  ['Concat', concat],
  ['Gather', gather],
  ['Slice', slice],
  ['Transpose', transpose],
  ['Reshape', reshape],
  [
    'Add',
    elementwise(
      (x, y) => x + y,
      integerStep((x, y) => x + y, 0, true),
    ),
  ],
  [
    'Sub',
    elementwise(
      (x, y) => x - y,
      integerStep((x, y) => x - y, 0, false),
    ),
  ],
  [
    'Mul',
    elementwise(
      (x, y) => x * y,
      integerStep((x, y) => x * y, 1, true),
    ),
  ],
  [
    'Div',
    elementwise(
      (x, y) => x / y,
      integerStep((x, y) => Math.trunc(x / y), 1, false),
    ),
  ],
  [
    'Shape',
    (node, inputs) => {
      const { shape } = required(node, inputs, 0);
      return { type: 'int', shape: [shape.length], data: [...shape] };
    },
  ],
]);
