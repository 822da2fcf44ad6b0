import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { gateCost, type Model } from '@relent/graph';
import { reduce } from '@relent/train';
import { tinyData } from '../tiny-data.js';
import { interpreterDistance, methodSuite, tinyTeacher } from './method-suite.js';

const stages = [
  { method: 'share', options: { grouping: 'channel' }, times: 2 },
  { method: 'knapsack', options: { images: 32 } },
];
methodSuite('compose', { options: { stages }, unmet: null });

describe('reduction method compose', () => {
  let model: Model;
  before(async () => {
    model = await tinyTeacher();
  });
  const request = { method: 'compose', data: tinyData(), budgetComparisons: 100, epochs: 0 };

  it('stacks patches on shared channels', async () => {
    const result = await reduce(model, { ...request, options: { stages: JSON.stringify(stages) } });
    assert.ok(result.comparisons <= 100);
    assert.ok(interpreterDistance(result.model) < 1e-5);
    const maps = [...result.model.gateMaps.values()];
    assert.ok(maps.some((map) => map.patchHeight.length < map.shape[0] && map.patchHeight.some((side) => side > 1)));
  });

  it('stacks masks on prototypes on patches', async () => {
    const stack = [
      { method: 'share', options: { grouping: 'patch' }, times: 4 },
      { method: 'deepshare', times: 2 },
      { method: 'senet' },
    ];
    const result = await reduce(model, { ...request, epochs: 3, batchSize: 64, options: { stages: stack } });
    assert.ok(result.comparisons <= 100);
    assert.equal(gateCost(result.model.graph, result.model.gateMaps).total.comparisons, result.comparisons);
    assert.ok(interpreterDistance(result.model) < 1e-5);
  });

  it('divides the epochs among the stages and joins their curves', async () => {
    const given = [{ ...stages[0]!, epochs: 2 }, stages[1]!];
    const { curve } = await reduce(model, { ...request, epochs: 3, batchSize: 64, options: { stages: given } });
    assert.deepEqual(
      curve.map(({ epoch }) => epoch),
      [1, 2, 3],
    );
  });

  it('names stages that cannot be run', async () => {
    const run = (options: Record<string, unknown>) => reduce(model, { ...request, options });
    await assert.rejects(run({ stages: [{ method: 'magic' }] }), /"stages" expected methods of share, .*got magic/);
    await assert.rejects(run({ stages: [{ method: 'compose', options: { stages } }] }), /got compose/);
    await assert.rejects(run({ stages: 'nothing' }), /expected a list of/);
    await assert.rejects(run({ stages: [] }), /stages/);
    await assert.rejects(
      reduce(model, { ...request, epochs: 1, options: { stages: [{ method: 'share', epochs: 2 }] } }),
      /"stages" expected at most 1 epochs together, got 2/,
    );
  });
});
