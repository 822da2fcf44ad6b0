import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type ConvolutionPlan, planConvolution } from '@relent/crypto';
import type { ConvGeometry } from '@relent/kernels';
import { square } from './geometries.js';

/** The convolutions of a ResNet of basic blocks on 32 × 32. */
function resnet(widths: readonly number[], blocks: number, classes: number): ConvGeometry[] {
  let channels = widths[0]!;
  let size = 32;
  const layers = [square(3, size, 3, 1, channels, 1)];
  for (const [stage, width] of widths.entries()) {
    for (let block = 0; block < blocks; block++) {
      const stride = stage > 0 && block === 0 ? 2 : 1;
      layers.push(square(channels, size, 3, stride, width, 1));
      if (stride === 2) layers.push(square(channels, size, 1, 2, width, 0));
      size /= stride;
      layers.push(square(width, size, 3, 1, width, 1));
      channels = width;
    }
  }
  return [...layers, square(channels, 1, 1, 1, classes, 0)];
}

const total = (layers: readonly ConvGeometry[], ringBits: number) =>
  layers
    .map((geometry) => planConvolution(geometry, ringBits, 2 ** 13))
    .reduce((sum, plan) => sum + plan.bytesUp + plan.bytesDown, 0);

test('ResNet-18 on 32 × 32 stays below 62 MB at l = 32 and shrinks with l', () => {
  const layers = resnet([64, 128, 256, 512], 2, 100);
  const most = total(layers, 32);
  assert.ok(most < 53e6, `${most}`);
  const least = total(layers, 20);
  assert.ok(least < 45e6, `${least}`);
});

test('ResNet-32 on 32 × 32 stays below 23 MB', () => {
  assert.ok(total(resnet([16, 32, 64], 5, 10), 32) < 23e6);
});

test('equal inputs give equal plans, and every field fits its polynomial', () => {
  const fits = (plan: ConvolutionPlan) => plan.blockPlanes * plan.blockOutputs * plan.planeStride <= 4096;
  for (const layer of [...resnet([16, 32], 1, 10), square(2, 112, 3, 2, 4, 1), square(24, 14, 3, 1, 24, 1, 24)]) {
    const plan = planConvolution(layer, 30, 1000);
    assert.deepEqual(plan, planConvolution(layer, 30, 1000));
    assert.ok(fits(plan));
  }
});

test('a strided pointwise convolution reads one phase only', () => {
  const plan = planConvolution(square(8, 8, 1, 2, 8, 0), 32, 100);
  assert.equal(plan.layout.planes, 1);
  assert.equal(plan.planeStride, 16);
});

test('padding is shared between rows and between planes', () => {
  assert.equal(planConvolution(square(64, 4, 3, 1, 64, 1), 32, 100).planeStride, 25);
});

test('what the budget cannot hold is refused by name', () => {
  assert.throws(() => planConvolution(square(64, 32, 3, 1, 64, 1), 32, 2 ** 20, 'stem'), {
    name: 'RangeError',
    message: 'layer "stem" expected weights within the noise budget at 32 bits, got a norm of up to 1048576',
  });
  assert.doesNotThrow(() => planConvolution(square(64, 32, 3, 1, 64, 1), 20, 2 ** 20, 'stem'));
  assert.throws(() => planConvolution(square(1, 3, 5, 1, 1, 0), 32, 1, 'none'), /"geometry" of "none" expected/);
  assert.throws(() => planConvolution(square(1, 3, 1, 1, 1, 0), 33, 1), /"ringBits" expected an integer in 8\.\.32/);
  assert.throws(() => planConvolution(square(1, 3, 1, 1, 1, 0), 32, Number.NaN, 'a'), /"weightNorm" of "a" expected/);
  assert.throws(
    () => planConvolution({ ...square(1, 99, 50, 1, 1, 0), dilation: [2, 2] }, 32, 1, 'wide'),
    /layer "wide" expected a kernel that fits a polynomial/,
  );
});
