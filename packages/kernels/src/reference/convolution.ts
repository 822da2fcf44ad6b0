/**
 * Integer convolution by its definition.
 * @module
 */
import type { ConvGeometry } from '../contract.js';
import { expectConvolution } from '../expect.js';

/** See {@link Kernels.convolve}. */
export function referenceConvolve(
  input: Int32Array,
  weight: Int32Array,
  bias: Int32Array | null,
  g: ConvGeometry,
): Int32Array {
  const [outHeight, outWidth] = expectConvolution(input, weight, bias, g);
  const groupIn = g.inChannels / g.groups;
  const groupOut = g.outChannels / g.groups;
  const out = new Int32Array(g.outChannels * outHeight * outWidth);
  for (let m = 0; m < g.outChannels; m++) {
    const firstChannel = Math.floor(m / groupOut) * groupIn;
    for (let y = 0; y < outHeight; y++) {
      for (let x = 0; x < outWidth; x++) {
        let sum = bias?.[m] ?? 0;
        for (let c = 0; c < groupIn; c++) {
          for (let a = 0; a < g.kernel[0]; a++) {
            for (let b = 0; b < g.kernel[1]; b++) {
              const row = y * g.stride[0] - g.padding[0] + a * g.dilation[0];
              const column = x * g.stride[1] - g.padding[1] + b * g.dilation[1];
              if (row < 0 || row >= g.inHeight || column < 0 || column >= g.inWidth) continue;
              const value = input[((firstChannel + c) * g.inHeight + row) * g.inWidth + column] ?? 0;
              const factor = weight[((m * groupIn + c) * g.kernel[0] + a) * g.kernel[1] + b] ?? 0;
              sum = (sum + Math.imul(value, factor)) | 0;
            }
          }
        }
        out[(m * outHeight + y) * outWidth + x] = sum;
      }
    }
  }
  return out;
}
