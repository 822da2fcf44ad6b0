import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { buildZoo } from '@relent/graph';
import { Generator } from '@relent/torch';
import { deepreduceFamily, Network, reduce, stagesOf } from '@relent/train';
import { tinyData } from '../tiny-data.js';
import { methodSuite, tinyTeacher } from './method-suite.js';

methodSuite('deepreduce', { options: { members: 2 }, unmet: 1, accuracy: 0.6 });

describe('deepreduceFamily', () => {
  it('holds the published member of 49,152 comparisons', () => {
    const graph = buildZoo('resnet18', { inputShape: [3, 32, 32], classes: 10, width: 1 });
    const network = Network.create(graph, { generator: new Generator(0) });
    const model = network.toModel({ name: 'resnet18' });
    network.free();
    const [s1, s2, s3, s4] = stagesOf(graph);
    const { members: family, notes } = deepreduceFamily(
      model,
      [s1!, s4!, s2!, s3!],
      { channelFactors: [0.5], resolutionFactors: [0.5] },
      0,
    );
    assert.equal(family.length, 4 * 2 * 4);
    assert.deepEqual(notes, []);
    const published = family.find(({ label }) => label === 'S1 S4 culled, S2 S3 thinned, α 0.5');
    assert.equal(published?.comparisons, 49_152);
    const smaller = family.find(({ label }) => label === 'S1 culled, ρ 0.5');
    assert.equal(smaller?.comparisons, (131_072 + 65_536 + 32_768) / 4);
  });
});

describe('reduction method deepreduce', () => {
  it('keeps the gate maps of the sites that stay, and says that it does not reshape such a model', async () => {
    const teacher = await tinyTeacher();
    const request = { data: tinyData(), budgetComparisons: 300, epochs: 0 };
    const { model } = await reduce(teacher, { ...request, method: 'share', options: { grouping: 'channel' } });
    const { model: culled, notes } = await reduce(model, { ...request, method: 'deepreduce', budgetComparisons: 100 });
    assert.match(notes!.join(), /not reshaped/);
    const kept = [...culled.gateMaps].filter(([site, map]) => map === model.gateMaps.get(site));
    assert.ok(kept.length > 0 && kept.length < 3);
  });

  it('hands over the whole family and chooses its best member', async () => {
    const model = await tinyTeacher();
    const request = { method: 'deepreduce', data: tinyData(), budgetComparisons: 600, epochs: 1, batchSize: 32 };
    const { family, comparisons } = await reduce(model, { ...request, options: { members: 'all' } });
    assert.ok(family && family.length > 4);
    const accuracies = family.map((member) => member.validationAccuracy!);
    const best = family.filter((member) => member.validationAccuracy === Math.max(...accuracies));
    assert.ok(best.some((member) => member.comparisons === comparisons));
    for (const [i, member] of family.entries()) if (i > 0) assert.ok(member.comparisons >= family[i - 1]!.comparisons);
  });
});
