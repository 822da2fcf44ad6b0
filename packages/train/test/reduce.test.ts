import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { gateCost, interpretFloat, type Model } from '@relent/graph';
import { Generator, liveHandles, noGrad, scope, tensor } from '@relent/torch';
import { evaluate, fit, Network, parseBudget, reduce, reduceMethods } from '@relent/train';
import { tinyData } from './tiny-data.js';
import { tinyGraph } from './tiny-graph.js';

const root = mkdtempSync(join(tmpdir(), 'relent-reduce-'));
after(() => rmSync(root, { recursive: true }));

const data = tinyData();
let model: Model;
before(async () => {
  const network = Network.create(tinyGraph(), { generator: new Generator(7) });
  await fit({ network, data, epochs: 6, batchSize: 16 });
  model = network.toModel({ name: 'teacher', dataset: data.name });
  network.free();
});

// The suite that every method must pass, whatever it does.
for (const method of reduceMethods.keys())
  describe(`reduction method ${method}`, () => {
    const request = () => ({ method, data, budgetComparisons: 224, epochs: 2, batchSize: 32 });

    it('meets its budget, keeps its accuracy on an easy task and leaks nothing', async () => {
      const handles = liveHandles();
      const result = await reduce(model, { ...request(), epochs: 6, batchSize: 16 });
      assert.ok(liveHandles() <= handles, `${liveHandles()} handles, ${handles} before`);
      assert.ok(result.comparisons <= 224);
      assert.equal(gateCost(result.model.graph, result.model.gateMaps).total.comparisons, result.comparisons);
      const network = Network.fromModel(result.model);
      const { accuracy } = await evaluate(network, data, 'test');
      assert.ok(accuracy > 0.8, `accuracy ${accuracy}`);
      network.free();
    });

    it('gives the same model for the same seed, and exports what the network computes', async () => {
      const first = await reduce(model, request());
      const second = await reduce(model, request());
      assert.deepEqual(second.model, first.model);
      const image = Float32Array.from({ length: 192 }, (_, i) => Math.sin(i));
      const network = Network.fromModel(first.model);
      const logits = scope(() => noGrad(() => network.forward(tensor(image, { shape: [1, 3, 8, 8] })).toFloat32()));
      for (const [i, v] of interpretFloat(first.model, image).entries()) assert.ok(Math.abs(v - logits[i]!) < 1e-5);
      network.free();
    });

    it('goes on from a checkpoint to the same model', async () => {
      const whole = await reduce(model, { ...request(), runFolder: join(root, `${method}-whole`) });
      const abort = new AbortController();
      const stopped = { ...request(), runFolder: join(root, `${method}-stopped`) };
      const onProgress = () => abort.abort(new Error('stop'));
      const handles = liveHandles();
      await assert.rejects(reduce(model, { ...stopped, signal: abort.signal, onProgress }), /stop/);
      assert.ok(liveHandles() <= handles);
      const resumed = await reduce(model, stopped);
      assert.deepEqual(resumed.model, whole.model);
    });

    it('names a budget or an option that cannot be met', async () => {
      await assert.rejects(
        reduce(model, { ...request(), budgetComparisons: 1 }),
        /"budget" expected at least \d+ comparisons/,
      );
      await assert.rejects(reduce(model, { ...request(), options: { colour: 'red' } }), /got colour/);
    });
  });

describe('reduce', () => {
  it('names an unknown method', async () => {
    await assert.rejects(
      reduce(model, { method: 'magic', data, budgetComparisons: 9 }),
      /"method" expected one of share, got magic/,
    );
  });
});

describe('parseBudget', () => {
  it('reads comparisons and percentages of the plain network', () => {
    assert.equal(parseBudget('120', { graph: tinyGraph() }), 120);
    assert.equal(parseBudget('5%', { graph: tinyGraph() }), Math.floor(0.05 * (384 + 384 + 128)));
    for (const text of ['', 'many', '-3', '0%'])
      assert.throws(() => parseBudget(text, { graph: tinyGraph() }), /"budget" expected/);
  });
});
