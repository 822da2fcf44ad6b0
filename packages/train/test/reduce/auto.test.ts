import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { compileGates, gateCost, type Model } from '@relent/graph';
import { reduce, type SiteSummary } from '@relent/train';
import { tinyData } from '../tiny-data.js';
import { interpreterDistance, methodSuite, tinyTeacher } from './method-suite.js';

const small = { images: 32, trialImages: 32, rounds: 2 };
methodSuite('auto', { unmet: null, options: small });

describe('reduction method auto', () => {
  let model: Model;
  before(async () => {
    model = await tinyTeacher();
  });
  const request = { method: 'auto', data: tinyData(), budgetComparisons: Number.POSITIVE_INFINITY, epochs: 0 };
  const run = (more: Record<string, unknown>) => reduce(model, { ...request, options: { ...small, ...more } });

  it('meets a target in any unit, and tells the cost model what the graph counts', async () => {
    const seen = new Map<string, SiteSummary>();
    const cost = (site: SiteSummary) => {
      seen.set(`${site.site} ${site.form}`, site);
      return 0.37 * site.cost.comparisons + 0.01 * site.cost.multiplications;
    };
    const result = await run({ cost, target: 60.5 });
    const { sites } = gateCost(result.model.graph, result.model.gateMaps);
    const total = sites.reduce((sum, site) => sum + 0.37 * site.cost.comparisons + 0.01 * site.cost.multiplications, 0);
    assert.ok(total <= 60.5 && total > 45, `cost ${total}`);
    assert.ok(interpreterDistance(result.model) < 1e-5);
    for (const { site, cost: told, map, form } of seen.values()) {
      const counted = gateCost(model.graph, new Map([[site, map]])).sites.find(({ id }) => id === site)!;
      assert.deepEqual(told, counted.cost, `${site} ${form}`);
    }
    assert.equal(compileGates(result.model.graph, result.model.gateMaps).size, 3);
    for (const form of ['plain', 'linear', 'patch 2x2', 'channels 3', 'block 2x2 of 3', 'knapsack 20%'])
      assert.ok(seen.has(`relu1 ${form}`), form);
  });

  it('follows the cost model: sites that cost nothing stay plain', async () => {
    const cost = ({ site, cost: counts }: SiteSummary) => (site === 'relu2' ? 0 : counts.comparisons);
    const result = await run({ cost, target: 40 });
    assert.ok(!result.model.gateMaps.has('relu2'));
    assert.ok(result.comparisons >= 384 && result.comparisons <= 384 + 40);
  });

  it('names targets and costs that cannot be', async () => {
    await assert.rejects(run({ cost: () => 5, target: 10 }), /"target" expected at least 15 comparisons, .*, got 10/);
    await assert.rejects(run({ cost: () => Number.NaN, target: 10 }), /"cost" expected finite numbers/);
    await assert.rejects(run({ cost: 'bytes', target: 10 }), /expected a function of a site/);
  });
});
