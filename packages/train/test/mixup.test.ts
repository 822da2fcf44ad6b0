import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Generator, scope, tensor } from '@relent/torch';
import { drawBeta, fit, mix, Network } from '@relent/train';
import { tinyData } from './tiny-data.js';
import { tinyGraph } from './tiny-graph.js';

test('shares have the mean and the variance of Beta(α, α)', () => {
  using generator = new Generator(1);
  for (const alpha of [0.2, 1, 3]) {
    const shares = Array.from({ length: 3000 }, () => drawBeta(alpha, generator));
    const mean = shares.reduce((sum, share) => sum + share, 0) / shares.length;
    const variance = shares.reduce((sum, share) => sum + (share - mean) ** 2, 0) / shares.length;
    assert.ok(shares.every((share) => share >= 0 && share <= 1));
    assert.ok(Math.abs(mean - 0.5) < 0.03, `mean ${mean}`);
    assert.ok(Math.abs(variance * 4 * (2 * alpha + 1) - 1) < 0.1, `variance ${variance}`);
  }
});

test('every image is blended with its predecessor', () => {
  scope(() => {
    const images = tensor([1, 2, 4], { shape: [3, 1, 1, 1] });
    assert.deepEqual(mix(images, 0.75).toNumbers(), [1.75, 1.75, 3.5]);
  });
});

test('a network learns from mixed images, and wrong options are named', async () => {
  const data = tinyData();
  const network = Network.create(tinyGraph());
  const { curve, best } = await fit({ network, data, epochs: 6, batchSize: 32, mixup: 0.2 });
  assert.ok(curve[5]!.trainLoss < 0.8 * curve[0]!.trainLoss);
  assert.ok(best!.validationAccuracy > 0.8, `${best!.validationAccuracy}`);
  for (const mixup of [0, -1, Number.NaN])
    await assert.rejects(fit({ network, data, epochs: 1, mixup }), /"mixup" expected/);
  network.free();
});
