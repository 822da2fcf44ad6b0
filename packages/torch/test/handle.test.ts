import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { conv2d, fromBuffer, liveHandles, ones, randn, scope, type Tensor, zeroGrad } from '@relent/torch';

test('resident memory stays flat over hundreds of training steps', () => {
  scope(() => {
    const x = randn([8, 8, 24, 24]);
    const weights = [0, 1, 2].map(() => randn([8, 8, 3, 3]).requiresGrad_());
    const step = () =>
      scope(() => {
        const y = weights.reduce((h: Tensor, w) => conv2d(h, w, null, { padding: 1 }).relu().mul(0.1), x);
        y.mean().backward();
        zeroGrad(weights);
      });
    for (let i = 0; i < 100; i++) step();
    const before = process.memoryUsage().rss;
    const handles = liveHandles();
    for (let i = 0; i < 400; i++) step();
    assert.equal(liveHandles(), handles);
    // One leaked activation per step would already be 400 · 147 kB = 59 MB.
    const growth = (process.memoryUsage().rss - before) / 2 ** 20;
    assert.ok(growth < 40, `grew by ${growth.toFixed(1)} MiB`);
  });
});

test('the garbage collector frees what nobody freed', async () => {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const before = liveHandles();
  const waste = () => {
    for (let i = 0; i < 100; i++) ones([4]);
  };
  waste();
  for (let i = 0; i < 20 && liveHandles() > before; i++) {
    collect();
    await setTimeout(5);
  }
  assert.ok(liveHandles() <= before, `${liveHandles() - before} handles left`);
});

test('a shared buffer outlives its JavaScript owner as long as a tensor uses it', async () => {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const make = () => {
    const array = new Float32Array(new SharedArrayBuffer(4 << 20)).fill(3);
    return fromBuffer(array);
  };
  using tensor = make();
  for (let i = 0; i < 3; i++) {
    collect();
    await setTimeout(2);
  }
  assert.equal(tensor.narrow(0, (1 << 20) - 1, 1).item(), 3);
});
