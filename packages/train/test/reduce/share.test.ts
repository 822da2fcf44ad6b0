import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { bitset, buildZoo, gateCost, linearGates, maskGates, plainGates } from '@relent/graph';
import { reduce } from '@relent/train';
import { layerSites } from '../../dist/reduce/layer-sharing.js';
import { tinyData } from '../tiny-data.js';
import { interpreterDistance, methodSuite, tinyTeacher } from './method-suite.js';

methodSuite('share', { epochs: 12 });
methodSuite('share', { options: { grouping: 'block' } });

describe('share', () => {
  const data = tinyData();
  const request = { method: 'share', data, budgetComparisons: 200, epochs: 1, batchSize: 64 };

  it('runs every grouping with every rule, and exports what the network computes', async () => {
    const model = await tinyTeacher();
    for (const grouping of ['patch', 'channel', 'block', 'map', 'layer'])
      for (const rule of ['mean', 'weighted', 'prototype', 'random', 'validated'])
        for (const sizes of ['global', 'layer']) {
          const options = { grouping, rule, sizes, candidates: 2, candidateImages: 16 };
          const result = await reduce(model, { ...request, epochs: rule === 'weighted' ? 1 : 0, options });
          assert.ok(result.comparisons <= 200, `${grouping} ${rule} ${sizes}: ${result.comparisons}`);
          assert.ok(interpreterDistance(result.model, 1) < 1e-5, `${grouping} ${rule} ${sizes}`);
        }
  });

  it('learns the weights of a weighted mean', async () => {
    const model = await tinyTeacher();
    const { gateMaps } = (await reduce(model, { ...request, options: { rule: 'weighted' } })).model;
    for (const { channelWeight } of gateMaps.values()) assert.ok(new Set(channelWeight).size > 2);
  });

  it('trains from fresh weights, other ones for another seed', async () => {
    const model = await tinyTeacher();
    const weights = async (seed: number) => {
      const result = await reduce(model, { ...request, epochs: 0, seed, options: { start: 'scratch' } });
      return result.model.weights.get('fc.weight')!.data;
    };
    assert.deepEqual(await weights(1), await weights(1));
    assert.notDeepEqual(await weights(1), await weights(2));
    assert.notDeepEqual(await weights(1), model.weights.get('fc.weight')!.data);
  });

  it('leaves neurons linear that an earlier stage had made linear', async () => {
    const model = await tinyTeacher();
    const half = maskGates(
      plainGates([6, 8, 8]),
      bitset(384, (i) => i < 192),
    );
    const before = new Map([
      ['relu1', half],
      ['relu3', linearGates([8, 4, 4])],
    ]);
    const { model: after } = await reduce({ ...model, gateMaps: before }, { ...request, epochs: 0 });
    const sites = gateCost(after.graph, after.gateMaps).sites;
    assert.deepEqual(
      sites.map(({ cost }) => cost.linearNeurons),
      [192, 0, 128],
    );
  });
});

describe('layerSites', () => {
  it('gives equal shares to layers that can use them, and reaches three orders of magnitude', () => {
    const graph = buildZoo('resnet20', { inputShape: [3, 32, 32], classes: 10 });
    const counts = (budget: number, grouping: 'patch' | 'channel' | 'block') =>
      [...layerSites(graph, budget, grouping).values()].map(({ comparisons }) => comparisons);
    for (const grouping of ['patch', 'channel', 'block'] as const)
      for (const budget of [18_841, 9420]) {
        const used = counts(budget, grouping).reduce((sum, n) => sum + n, 0);
        assert.ok(used <= budget && used > 0.95 * budget, `${grouping} ${budget}: ${used}`);
      }
    const thousandth = counts(188, 'block');
    assert.ok(thousandth.reduce((sum, n) => sum + n, 0) <= 188 && Math.min(...thousandth) >= 5, `${thousandth}`);
    assert.throws(() => layerSites(graph, 100, 'map'), /"budget" expected at least 688 comparisons/);
  });
});
