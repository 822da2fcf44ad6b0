/**
 * Patches of one size: the score of each from its pixels, and each decision back to its pixels.
 * @module
 */
import type { PixelRule } from '@relent/graph';
import { avgPool2d, type Device, interpolate, pad, type Tensor, tensor } from '@relent/torch';
import { inTypeOf } from '../compute.js';

/** How to reduce planes to patches and spread patches over planes. */
export interface PatchPlan {
  /** Index and weight tensors of the plan, for those who free them. */
  readonly tensors: readonly Tensor[];
  /** [N, G, H, W] → [N, G, patch rows, patch columns]; `pixels` [height · width] stand in for the rule's own weights. */
  readonly reduce: (x: Tensor, pixels?: Tensor) => Tensor;
  /** [N, G, patch rows, patch columns] → [N, G, H, W]. */
  readonly spread: (gates: Tensor) => Tensor;
}

/** A 1-dimensional int64 tensor of indices. */
export function indexTensor(values: ArrayLike<number>, device: Device): Tensor {
  return tensor(BigInt64Array.from(Array.from(values), BigInt), { shape: [values.length], dtype: 'int64', device });
}

/** The chosen pixel of each patch along one axis, clipped to smaller patches at the edge. */
function chosenPixels(length: number, size: number, offset: number): number[] {
  return Array.from({ length: Math.ceil(length / size) }, (_, patch) => {
    const first = patch * size;
    return first + Math.min(offset, Math.min(size, length - first) - 1);
  });
}

function planReduction(
  plane: readonly [number, number],
  size: readonly [number, number],
  rule: PixelRule,
  device: Device,
): Pick<PatchPlan, 'tensors' | 'reduce'> {
  switch (rule.kind) {
    case 'mean':
      return { tensors: [], reduce: (x) => avgPool2d(x, size, { ceilMode: true, countPadding: false }) };
    case 'pixel': {
      const rows = indexTensor(chosenPixels(plane[0], size[0], rule.row), device);
      const columns = indexTensor(chosenPixels(plane[1], size[1], rule.column), device);
      return { tensors: [rows, columns], reduce: (x) => x.indexSelect(2, rows).indexSelect(3, columns) };
    }
    case 'weights': {
      const weights = tensor(rule.weights, { shape: [1, 1, 1, size[0], 1, size[1]], device });
      const rows = Math.ceil(plane[0] / size[0]);
      const columns = Math.ceil(plane[1] / size[1]);
      const missing: [number, number, number, number] = [0, columns * size[1] - plane[1], 0, rows * size[0] - plane[0]];
      return {
        tensors: [weights],
        reduce(x, pixels) {
          const [batch, groups] = x.shape as [number, number];
          const factors = inTypeOf(pixels ? pixels.reshape(weights.shape) : weights, x);
          const whole = missing.some((n) => n > 0) ? pad(x, missing) : x;
          return whole.reshape([batch, groups, rows, size[0], columns, size[1]]).mul(factors).sum([3, 5]);
        },
      };
    }
    default:
      return rule satisfies never;
  }
}

/** Makes the tensors for patches of `size` on a plane of [H, W]. They belong to the caller. */
export function planPatch(
  plane: readonly [number, number],
  size: readonly [number, number],
  rule: PixelRule,
  device: Device,
): PatchPlan {
  const single = size[0] === 1 && size[1] === 1;
  const reduction =
    single && rule.kind !== 'weights'
      ? { tensors: [], reduce: (x: Tensor) => x }
      : planReduction(plane, size, rule, device);
  if (single) return { ...reduction, spread: (gates) => gates };
  const whole = [0, 1].map((axis) => Math.ceil(plane[axis]! / size[axis]!) * size[axis]!) as [number, number];
  return {
    ...reduction,
    spread(gates) {
      // Patches at the edge are smaller: what lies beyond the plane is cut off.
      let pixels = interpolate(gates, whole, { mode: 'nearest' });
      if (whole[0] > plane[0]) pixels = pixels.narrow(2, 0, plane[0]);
      return whole[1] > plane[1] ? pixels.narrow(3, 0, plane[1]) : pixels;
    },
  };
}
