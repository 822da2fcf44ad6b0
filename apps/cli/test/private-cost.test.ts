import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { buildZoo, type GateMap, gateCost, inferShapes, linearGates, type Model, patchGates } from '@relent/graph';
import { Generator } from '@relent/torch';
import { Network, siteCost } from '@relent/train';
import { integerGraphOf } from '../dist/prediction.js';
import { type CostMeasure, describeCost, measuredCost, privateCostModel } from '../dist/private-cost.js';

let model: Model;
before(() => {
  const graph = buildZoo('resnet8', { inputShape: [1, 16, 16], classes: 10, width: 0.25 });
  const network = Network.create(graph, { generator: new Generator(5) });
  model = network.toModel({ name: 'tiny' });
  network.free();
});

const measures: readonly CostMeasure[] = [
  { unit: 'bytes', network: 'lan', phases: 'both' },
  { unit: 'bytes', network: 'lan', phases: 'online' },
  { unit: 'ms', network: 'wan', phases: 'both' },
];

function mapOf(site: string, form: 'patch' | 'linear'): GateMap {
  const shape = inferShapes(model.graph).get(site) as [number, number, number];
  return form === 'patch' ? patchGates(shape, [2, 2]) : linearGates(shape);
}

for (const measure of measures)
  test(`the model of ${measure.unit}, ${measure.phases}, follows the planner`, async () => {
    const { cost, total, costName } = await privateCostModel(model, measure);
    assert.match(costName, measure.unit === 'ms' ? /^ms on wan/ : /^bytes on lan/);
    const cheap = new Map(
      ['stem.relu', 'layer1.0.relu1'].map((site, i) => [site, mapOf(site, i === 0 ? 'patch' : 'linear')]),
    );
    for (const gateMaps of [new Map<string, GateMap>(), cheap]) {
      const graph = await integerGraphOf({ model: { ...model, gateMaps }, integer: null, trained: true });
      const planned = await measuredCost(graph, measure);
      const said = total(gateMaps);
      assert.ok(said >= planned && said <= 1.1 * planned, `${said} said, ${planned} planned`);
    }
    // What sites save one by one is about what they save together: the planner may then pick other comparisons.
    const { sites } = gateCost(model.graph, new Map());
    for (const form of ['patch', 'linear'] as const) {
      const maps = new Map(sites.map(({ id }) => [id, mapOf(id, form)]));
      const saved = total(new Map()) - total(maps);
      const told = sites.reduce((sum, { id, shape, cost: counts }) => {
        const map = maps.get(id)!;
        const price = (of: typeof counts) => cost({ site: id, shape, form, cost: of, map });
        assert.ok(price(counts) > price(siteCost(map)), `${id} ${form}`);
        return sum + price(counts) - price(siteCost(map));
      }, 0);
      // Fewer comparisons let the planner spare round trips as well, which no site's price can tell.
      const least = measure.unit === 'ms' ? 0.1 : 0.5;
      assert.ok(told > least * saved && told < 2 * saved, `${form}: ${told} told, ${saved} saved`);
    }
  });

test('costs in words', () => {
  assert.equal(describeCost(1_713_000, measures[0]!), '1.71 MB');
  assert.equal(describeCost(504_653, measures[1]!), '505 kB online');
  assert.equal(describeCost(69.2, measures[2]!), '69.2 ms on wan');
});
