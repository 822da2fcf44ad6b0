import assert from 'node:assert/strict';
import { it } from 'node:test';
import { Generator, liveHandles } from '@relent/torch';
import { evaluate, evaluateClasses, fit, Network } from '@relent/train';
import { tinyData } from './tiny-data.js';
import { tinyGraph } from './tiny-graph.js';

it('counts per class what evaluate counts over all', async () => {
  const data = tinyData();
  const network = Network.create(tinyGraph(), { generator: new Generator(3) });
  await fit({ network, data, epochs: 1, batchSize: 32 });
  const handles = liveHandles();
  const { accuracy, classes, counts, count } = await evaluateClasses(network, data, 'test', { batchSize: 13 });
  assert.equal(liveHandles(), handles);
  assert.equal(accuracy, (await evaluate(network, data, 'test')).accuracy);
  assert.deepEqual(counts, [10, 10, 10, 10]);
  assert.equal(count, 40);
  assert.ok(Math.abs(classes.reduce((sum, each) => sum + each, 0) / 4 - accuracy) < 1e-12);
  network.free();
});
