import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  adaptiveAvgPool2d,
  arange,
  avgPool2d,
  batchNorm,
  conv2d,
  interpolate,
  linear,
  maxPool2d,
  ones,
  pad,
  randn,
  scope,
  type Tensor,
  tensor,
  zeros,
} from '@relent/torch';
import fc from 'fast-check';
import { close } from './close.js';

/** Cross-correlation by its definition. */
function plainConv(x: Tensor, w: Tensor, b: Tensor, stride: number, padding: number, dilation: number, groups: number) {
  const [n, c, h, width] = x.shape as [number, number, number, number];
  const [o, cg, kh, kw] = w.shape as [number, number, number, number];
  const oh = Math.floor((h + 2 * padding - dilation * (kh - 1) - 1) / stride) + 1;
  const ow = Math.floor((width + 2 * padding - dilation * (kw - 1) - 1) / stride) + 1;
  const xs = x.toNumbers();
  const ws = w.toNumbers();
  const bs = b.toNumbers();
  const result: number[] = [];
  for (let image = 0; image < n; image++)
    for (let out = 0; out < o; out++)
      for (let i = 0; i < oh; i++)
        for (let j = 0; j < ow; j++) {
          let sum = bs[out]!;
          const group = Math.floor(out / (o / groups));
          for (let k = 0; k < cg; k++)
            for (let u = 0; u < kh; u++)
              for (let v = 0; v < kw; v++) {
                const y = i * stride - padding + u * dilation;
                const z = j * stride - padding + v * dilation;
                if (y < 0 || y >= h || z < 0 || z >= width) continue;
                sum +=
                  xs[((image * c + group * cg + k) * h + y) * width + z]! * ws[((out * cg + k) * kh + u) * kw + v]!;
              }
          result.push(sum);
        }
  return result;
}

test('conv2d agrees with its definition, for any stride, padding, dilation and groups', () => {
  const one = fc.integer({ min: 1, max: 2 });
  fc.assert(
    fc.property(one, fc.integer({ min: 0, max: 2 }), one, one, (stride, padding, dilation, groups) =>
      scope(() => {
        const x = randn([2, 4, 6, 5], { dtype: 'float64' });
        const w = randn([6, 4 / groups, 3, 2], { dtype: 'float64' });
        const b = randn([6], { dtype: 'float64' });
        const y = conv2d(x, w, b, { stride, padding, dilation, groups });
        close(y.toNumbers(), plainConv(x, w, b, stride, padding, dilation, groups), 1e-10);
      }),
    ),
    { numRuns: 20 },
  );
});

test('conv2d in channels-last memory gives the same', () => {
  scope(() => {
    const x = randn([2, 4, 6, 5]);
    const w = randn([6, 4, 3, 3]);
    const expected = conv2d(x, w, null, { padding: 1 }).toNumbers();
    close(
      conv2d(x.contiguous('channels_last'), w.contiguous('channels_last'), null, { padding: 1 }).toNumbers(),
      expected,
      1e-4,
    );
  });
});

test('linear agrees with its definition', () => {
  scope(() => {
    const y = linear(
      tensor([[1, 2]]),
      tensor([
        [3, 4],
        [5, 6],
        [7, 8],
      ]),
      tensor([1, 0, -1]),
    );
    assert.deepEqual(y.toNumbers(), [12, 17, 22]);
  });
});

test('batchNorm normalises by the batch while training, and moves the running statistics', () => {
  scope(() => {
    const x = randn([4, 3, 2, 2], { dtype: 'float64' });
    const f = { dtype: 'float64' } as const;
    const [weight, bias, mean, variance] = [tensor([1, 2, 3], f), tensor([0, 1, 2], f), zeros([3], f), ones([3], f)];
    const y = batchNorm(x, weight, bias, mean, variance, { training: true, momentum: 0.3, epsilon: 1e-3 }).toNumbers();
    const xs = x.toNumbers();
    for (let c = 0; c < 3; c++) {
      const at = (i: number) => (Math.floor(i / 4) * 3 + c) * 4 + (i % 4);
      const values = Array.from({ length: 16 }, (_, i) => xs[at(i)]!);
      const m = values.reduce((a, b) => a + b) / 16;
      const squares = values.reduce((a, b) => a + (b - m) ** 2, 0);
      const expected = values.map((value) => ((value - m) / Math.sqrt(squares / 16 + 1e-3)) * (c + 1) + c);
      close(
        values.map((_, i) => y[at(i)]!),
        expected,
        1e-10,
      );
      close([mean.toNumbers()[c]!, variance.toNumbers()[c]!], [0.3 * m, 0.7 + (0.3 * squares) / 15], 1e-10);
    }
    const still = batchNorm(x, null, null, zeros([3], f), ones([3], f), { epsilon: 0 });
    close(still.toNumbers(), xs, 1e-12);
  });
});

test('pooling, resizing and padding', () => {
  scope(() => {
    const x = arange(0, 16, 1, { dtype: 'float32' }).reshape([1, 1, 4, 4]);
    assert.deepEqual(maxPool2d(x, 2).toNumbers(), [5, 7, 13, 15]);
    assert.deepEqual(maxPool2d(x, 3, { stride: 2, padding: 1 }).toNumbers(), [5, 7, 13, 15]);
    assert.deepEqual(avgPool2d(x, 2).toNumbers(), [2.5, 4.5, 10.5, 12.5]);
    assert.deepEqual(avgPool2d(x, 3, { stride: 3, ceilMode: true, countPadding: false }).toNumbers(), [5, 7, 13, 15]);
    assert.deepEqual(adaptiveAvgPool2d(x, 1).toNumbers(), [7.5]);
    assert.deepEqual(interpolate(x, 2).toNumbers(), [2.5, 4.5, 10.5, 12.5]);
    assert.deepEqual(interpolate(x, [1, 2], { mode: 'nearest' }).toNumbers(), [0, 2]);
    const row = tensor([[[[1, 2, 3]]]]);
    assert.deepEqual(pad(row, [1, 1, 0, 0]).toNumbers(), [0, 1, 2, 3, 0]);
    assert.deepEqual(pad(row, [1, 1, 0, 0], { mode: 'reflect' }).toNumbers(), [2, 1, 2, 3, 2]);
    assert.deepEqual(pad(row, [1, 1, 0, 0], { mode: 'replicate' }).toNumbers(), [1, 1, 2, 3, 3]);
    assert.deepEqual(pad(row, [-1, 0, 0, 0]).toNumbers(), [2, 3]);
  });
});
