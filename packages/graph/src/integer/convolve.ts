import type { IntegerNode } from '../integer-graph.js';

/** Geometry of an integer convolution; pairs are [vertical, horizontal]. The kernels of other packages take this form. */
export interface IntegerConvGeometry {
  readonly inChannels: number;
  readonly inHeight: number;
  readonly inWidth: number;
  readonly outChannels: number;
  readonly kernel: readonly [number, number];
  readonly stride: readonly [number, number];
  readonly padding: readonly [number, number];
  readonly dilation: readonly [number, number];
  readonly groups: number;
}

/**
 * A wrapping convolution over Z_2^32: input [inChannels, inHeight, inWidth], weight [outChannels, inChannels / groups,
 * kh, kw], bias [outChannels] or null, giving [outChannels, outHeight, outWidth].
 */
export type IntegerConvolve = (
  input: Int32Array,
  weight: Int32Array,
  bias: Int32Array | null,
  geometry: IntegerConvGeometry,
) => Int32Array;

/** The geometry of a convolution node. */
export function convGeometry(node: Extract<IntegerNode, { readonly op: 'conv' }>): IntegerConvGeometry {
  const [inChannels, inHeight, inWidth] = node.inputShape;
  const { outChannels, kernel, stride, padding, dilation, groups } = node.conv;
  return { inChannels, inHeight, inWidth, outChannels, kernel, stride, padding, dilation, groups };
}

/** Height and width of a convolution's output. */
export function convOutputSize(geometry: IntegerConvGeometry): readonly [number, number] {
  const { inHeight, inWidth, kernel, stride, padding, dilation } = geometry;
  const size = (length: number, axis: 0 | 1) =>
    Math.floor((length + 2 * padding[axis] - dilation[axis] * (kernel[axis] - 1) - 1) / stride[axis]) + 1;
  return [size(inHeight, 0), size(inWidth, 1)];
}

/**
 * One row of products: for j < length, output[out + j] takes weight[tap] · input[from + j · step].
 */
type Row = (out: number, tap: number, from: number, step: number, length: number) => void;

/** Visits every row of products of a convolution once; pixels of the padding are left out. */
export function forEachRow(geometry: IntegerConvGeometry, visit: Row): void {
  const { inChannels, inHeight, inWidth, outChannels, kernel, stride, padding, dilation, groups } = geometry;
  const [outHeight, outWidth] = convOutputSize(geometry);
  const groupIn = inChannels / groups;
  const groupOut = outChannels / groups;
  for (let o = 0; o < outChannels; o++)
    for (let i = 0; i < groupIn; i++) {
      const plane = (Math.floor(o / groupOut) * groupIn + i) * inHeight;
      for (let ky = 0; ky < kernel[0]; ky++)
        for (let kx = 0; kx < kernel[1]; kx++) {
          const tap = ((o * groupIn + i) * kernel[0] + ky) * kernel[1] + kx;
          const shift = kx * dilation[1] - padding[1];
          const first = Math.max(0, Math.ceil(-shift / stride[1]));
          const last = Math.min(outWidth - 1, Math.floor((inWidth - 1 - shift) / stride[1]));
          if (last < first) continue;
          for (let y = 0; y < outHeight; y++) {
            const row = y * stride[0] + ky * dilation[0] - padding[0];
            if (row < 0 || row >= inHeight) continue;
            const from = (plane + row) * inWidth + first * stride[1] + shift;
            visit((o * outHeight + y) * outWidth + first, tap, from, stride[1], last - first + 1);
          }
        }
    }
}

/** {@link IntegerConvolve} by plain loops: the definition. */
export const integerConvolve: IntegerConvolve = (input, weight, bias, geometry) => {
  const [outHeight, outWidth] = convOutputSize(geometry);
  const plane = outHeight * outWidth;
  const output = new Int32Array(geometry.outChannels * plane);
  if (bias) for (let o = 0; o < geometry.outChannels; o++) output.fill(bias[o]!, o * plane, (o + 1) * plane);
  forEachRow(geometry, (out, tap, from, step, length) => {
    const w = weight[tap]!;
    if (w === 0) return;
    for (let j = 0; j < length; j++) output[out + j] = (output[out + j]! + Math.imul(w, input[from + j * step]!)) | 0;
  });
  return output;
};
