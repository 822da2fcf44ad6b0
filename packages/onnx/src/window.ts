/**
 * Sliding windows of ONNX: explicit and automatic padding, ceil mode.
 * @module
 */
import type { OnnxNode } from './node.js';
import type { Padding } from './value.js';

/** A pair [vertical, horizontal]. */
export type Axes = readonly [number, number];

/** Where windows stand. */
export interface Window {
  readonly kernel: Axes;
  readonly stride: Axes;
  readonly dilation: Axes;
  /** [vertical, horizontal] zeros before and after; those of ceil mode are in `after`. */
  readonly before: Axes;
  readonly after: Axes;
}

function pairOf(node: OnnxNode, name: string, missing: number): Axes {
  const given = node.ints(name);
  if (given === null) return [missing, missing];
  if (given.length !== 2 || given.some((n) => n < 1)) throw node.error(name, 'two positive integers', `[${given}]`);
  return [given[0]!, given[1]!];
}

/**
 * Reads the window of a convolution or a pool.
 * @param kernel - its size where the weights tell it; else the attribute does.
 * @param size - [H, W] of the input.
 * @param waiting - zeros that a Pad before it has left to it.
 */
export function readWindow(node: OnnxNode, size: Axes, kernel: Axes | null, waiting: Padding | null): Window {
  const shape = node.ints('kernel_shape');
  if (kernel === null && shape === null) throw node.error('kernel_shape', 'two integers', 'none');
  const area = kernel ?? pairOf(node, 'kernel_shape', 1);
  if (kernel !== null && shape !== null && (shape[0] !== kernel[0] || shape[1] !== kernel[1]))
    throw node.error('kernel_shape', `[${kernel}] as the weight has it`, `[${shape}]`);
  const stride = pairOf(node, 'strides', 1);
  const dilation = pairOf(node, 'dilations', 1);
  const [before, after] = readPadding(node, size, area, stride, dilation, waiting);
  const window = { kernel: area, stride, dilation, before, after };
  return node.int('ceil_mode', 0) === 0 ? window : { ...window, after: ceilPadding(size, window) };
}

function readPadding(
  node: OnnxNode,
  size: Axes,
  kernel: Axes,
  stride: Axes,
  dilation: Axes,
  waiting: Padding | null,
): [Axes, Axes] {
  const extra = waiting ?? { top: 0, left: 0, bottom: 0, right: 0 };
  const mode = node.string('auto_pad', 'NOTSET');
  if (mode === 'NOTSET') {
    const pads = node.ints('pads') ?? [0, 0, 0, 0];
    if (pads.length !== 4 || pads.some((n) => n < 0)) throw node.error('pads', 'four sizes', `[${pads}]`);
    return [
      [pads[0]! + extra.top, pads[1]! + extra.left],
      [pads[2]! + extra.bottom, pads[3]! + extra.right],
    ];
  }
  const [before, after]: [[number, number], [number, number]] = [
    [extra.top, extra.left],
    [extra.bottom, extra.right],
  ];
  if (mode === 'VALID') return [before, after];
  if (mode !== 'SAME_UPPER' && mode !== 'SAME_LOWER')
    throw node.error('auto_pad', 'NOTSET, VALID, SAME_UPPER or SAME_LOWER', JSON.stringify(mode));
  for (const axis of [0, 1] as const) {
    const length = size[axis] + before[axis] + after[axis];
    const reach = dilation[axis] * (kernel[axis] - 1) + 1;
    const total = Math.max(0, (Math.ceil(length / stride[axis]) - 1) * stride[axis] + reach - length);
    const [less, more] = [Math.floor(total / 2), Math.ceil(total / 2)];
    before[axis] += mode === 'SAME_UPPER' ? less : more;
    after[axis] += mode === 'SAME_UPPER' ? more : less;
  }
  return [before, after];
}

/** Padding after the plane such that floor mode gives the windows of ceil mode; the last one starts within the plane. */
function ceilPadding(size: Axes, { kernel, stride, dilation, before, after }: Window): Axes {
  return [0, 1].map((axis) => {
    const [step, front] = [stride[axis]!, before[axis]!];
    const reach = dilation[axis]! * (kernel[axis]! - 1) + 1;
    const slack = size[axis]! + front + after[axis]! - reach;
    let last = Math.ceil(slack / step);
    if (last * step >= size[axis]! + front) last--;
    return Math.max(after[axis]!, last * step + reach - size[axis]! - front);
  }) as unknown as Axes;
}

/** How many windows fit along an axis. */
export function windowCount(
  size: Axes,
  window: Window,
  axis: 0 | 1,
  before = window.before,
  after = window.after,
): number {
  const reach = window.dilation[axis] * (window.kernel[axis] - 1) + 1;
  return Math.floor((size[axis] + before[axis] + after[axis] - reach) / window.stride[axis]) + 1;
}

/**
 * The smallest equal padding on both sides that gives the same windows, where there is one: what is put after the plane
 * beyond the last window does not matter.
 */
export function equalPadding(size: Axes, window: Window): Axes | null {
  const { before } = window;
  const same = ([0, 1] as const).every(
    (axis) => windowCount(size, window, axis) === windowCount(size, window, axis, before, before),
  );
  return same ? before : null;
}
