import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type IntegerConvGeometry, integerConvolve } from '@relent/graph';
import fc from 'fast-check';
import { seeded } from '../random-model.js';
import { randomRing } from './random-integers.js';

const side = fc.integer({ min: 1, max: 3 });
const pairOf = (value: fc.Arbitrary<number>) => fc.tuple(value, value);
const geometries = fc
  .record({
    perGroup: side,
    outPerGroup: side,
    groups: fc.integer({ min: 1, max: 2 }),
    inHeight: fc.integer({ min: 5, max: 8 }),
    inWidth: fc.integer({ min: 5, max: 8 }),
    kernel: pairOf(side),
    stride: pairOf(side),
    padding: pairOf(fc.integer({ min: 0, max: 2 })),
    dilation: pairOf(fc.integer({ min: 1, max: 2 })),
  })
  .map(({ perGroup, outPerGroup, ...rest }): IntegerConvGeometry => {
    return { ...rest, inChannels: perGroup * rest.groups, outChannels: outPerGroup * rest.groups };
  });

/** The definition, pixel by pixel, in exact integers modulo 2^32. */
function define(input: Int32Array, weight: Int32Array, bias: Int32Array, g: IntegerConvGeometry): Int32Array {
  const size = (length: number, axis: 0 | 1) =>
    Math.floor((length + 2 * g.padding[axis] - g.dilation[axis] * (g.kernel[axis] - 1) - 1) / g.stride[axis]) + 1;
  const [height, width] = [size(g.inHeight, 0), size(g.inWidth, 1)];
  const perGroup = g.inChannels / g.groups;
  return Int32Array.from({ length: g.outChannels * height * width }, (_, position) => {
    const o = Math.floor(position / (height * width));
    const y = Math.floor(position / width) % height;
    const x = position % width;
    let sum = BigInt(bias[o]!);
    for (let i = 0; i < perGroup; i++)
      for (let ky = 0; ky < g.kernel[0]; ky++)
        for (let kx = 0; kx < g.kernel[1]; kx++) {
          const row = y * g.stride[0] + ky * g.dilation[0] - g.padding[0];
          const column = x * g.stride[1] + kx * g.dilation[1] - g.padding[1];
          if (row < 0 || row >= g.inHeight || column < 0 || column >= g.inWidth) continue;
          const channel = Math.floor((o * g.groups) / g.outChannels) * perGroup + i;
          const w = weight[((o * perGroup + i) * g.kernel[0] + ky) * g.kernel[1] + kx]!;
          sum += BigInt(w) * BigInt(input[(channel * g.inHeight + row) * g.inWidth + column]!);
        }
    return Number(BigInt.asIntN(32, sum));
  });
}

test('a convolution is the sum over its window modulo 2^32', () => {
  fc.assert(
    fc.property(geometries, fc.integer(), (g, seed) => {
      const random = seeded(seed);
      const input = randomRing(g.inChannels * g.inHeight * g.inWidth, 32, random);
      const taps = (g.inChannels / g.groups) * g.kernel[0] * g.kernel[1];
      const weight = randomRing(g.outChannels * taps, 32, random);
      const bias = randomRing(g.outChannels, 32, random);
      assert.deepEqual(integerConvolve(input, weight, bias, g), define(input, weight, bias, g));
      const none = new Int32Array(g.outChannels);
      assert.deepEqual(integerConvolve(input, weight, null, g), define(input, weight, none, g));
    }),
    { numRuns: 60, seed: 4 },
  );
});
