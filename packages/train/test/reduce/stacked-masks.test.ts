import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type Model, plainGates } from '@relent/graph';
import { reduce } from '@relent/train';
import { tinyData } from '../tiny-data.js';
import { interpreterDistance, tinyTeacher } from './method-suite.js';

const data = tinyData();

/** The teacher with decisions shared by blocks, 160 comparisons at most. */
async function shared(): Promise<Model> {
  return (await reduce(await tinyTeacher(), { method: 'share', data, budgetComparisons: 160, epochs: 0 })).model;
}

describe('masks on shared decisions', () => {
  for (const method of ['linear', 'senet', 'snl', 'autorep', 'bcd'])
    it(`${method} drops shared gates as wholes`, async () => {
      const model = await shared();
      const result = await reduce(model, { method, data, budgetComparisons: 70, epochs: 3, batchSize: 32 });
      assert.equal(result.comparisons, 70);
      assert.ok(interpreterDistance(result.model) < 1e-5);
      for (const [site, map] of result.model.gateMaps) {
        const before = model.gateMaps.get(site) ?? plainGates(map.shape);
        assert.deepEqual(map.channelGroup, before.channelGroup);
        assert.deepEqual([map.patchHeight, map.patchWidth], [before.patchHeight, before.patchWidth]);
      }
    });

  it('leaves a model alone that needs less than the budget', async () => {
    const model = await shared();
    const result = await reduce(model, { method: 'senet', data, budgetComparisons: 500, epochs: 0 });
    assert.deepEqual(result.model.gateMaps, model.gateMaps);
  });
});
