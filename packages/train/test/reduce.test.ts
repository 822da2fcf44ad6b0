import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { Model } from '@relent/graph';
import { Generator } from '@relent/torch';
import { evaluate, expectOptions, Network, reduce, reduceMethods } from '@relent/train';
import { tinyData } from './tiny-data.js';
import { tinyGraph } from './tiny-graph.js';

const data = tinyData();

function untrained(): Model {
  const network = Network.create(tinyGraph(), { generator: new Generator(7) });
  const model = network.toModel({ name: 'untrained' });
  network.free();
  return model;
}

describe('reduce', () => {
  it('knows no method without a test of its own', () => {
    for (const method of reduceMethods.keys())
      assert.ok(existsSync(fileURLToPath(new URL(`reduce/${method}.test.js`, import.meta.url))), method);
  });

  it('names an unknown method and a budget that no method can meet', async () => {
    await assert.rejects(
      reduce(untrained(), { method: 'magic', data, budgetComparisons: 9 }),
      /"method" expected one of share, .*, got magic/,
    );
    await assert.rejects(
      reduce(untrained(), { method: 'share', data, budgetComparisons: 0 }),
      /"budgetComparisons" expected at least 1, got 0/,
    );
  });

  it('says what is wrong with options before anything runs, those of stages too', () => {
    expectOptions('share', { grouping: 'block', smooth: '0.25' });
    assert.throws(() => expectOptions('magic', {}), /"method" expected one of share, .*, got magic/);
    assert.throws(
      () => expectOptions('share', { gruping: 'block' }),
      /"options" expected grouping, rule, .* for method share, got gruping/,
    );
    assert.throws(
      () => expectOptions('share', { grouping: 'pixel' }),
      /"grouping" of method share: .*"patch".*, got pixel/,
    );
    assert.throws(
      () => expectOptions('compose', { stages: [{ method: 'share' }, { method: 'magic' }] }),
      /"stages" expected methods of share, .*, got magic/,
    );
    assert.throws(
      () => expectOptions('compose', { stages: '[{"method":"senet","options":{"densty":1}}]' }),
      /"stages" 1 \(senet\): "options" expected .*sensitivity, .* got densty/,
    );
    assert.throws(() => expectOptions('compose', {}), /"stages" of method compose: expected a list of \{method/);
  });
});

describe('reduce on an architecture without weights', () => {
  const bare: Model = { graph: tinyGraph(), weights: new Map(), gateMaps: new Map(), info: { name: 'bare' } };
  const request = { data, budgetComparisons: 224, batchSize: 32, seed: 3 };

  for (const [method, options] of [
    ['share', {}],
    ['linear', {}],
    ['deepshare', { assignment: 'contiguous' }],
    ['deepreduce', {}],
  ] as const)
    it(`${method} writes its gate map at once, on fresh weights of the seed`, async () => {
      const first = await reduce(bare, { ...request, method, options, epochs: 0 });
      assert.ok(first.comparisons <= 224 && first.model.weights.size > 0);
      assert.match(first.notes?.join() ?? '', /fresh weights of seed 3, which nothing has trained/);
      assert.deepEqual(await reduce(bare, { ...request, method, options, epochs: 0 }), first);
      const other = await reduce(bare, { ...request, method, options, epochs: 0, seed: 4 });
      assert.notDeepEqual(other.model.weights, first.model.weights);
    });

  it('trains from fresh weights on the labels alone', async () => {
    const result = await reduce(bare, { ...request, method: 'share', epochs: 6, batchSize: 16 });
    assert.match(result.notes?.join() ?? '', /trained from fresh weights of seed 3, without a teacher/);
    const network = Network.fromModel(result.model);
    const { accuracy } = await evaluate(network, data, 'test');
    network.free();
    assert.ok(accuracy > 0.7, `accuracy ${accuracy}`);
  });

  it('says which methods and options need a trained network, and which would do', async () => {
    const refused = (method: string, options: Record<string, unknown> = {}) =>
      reduce(bare, { ...request, method, options, epochs: 1 });
    for (const method of ['knapsack', 'senet', 'snl', 'autorep', 'bcd', 'auto'])
      await assert.rejects(
        refused(method),
        new RegExp(
          `"model" expected trained weights for method ${method}, .*\\(share, linear, deepshare, full, deepreduce take.*got none`,
        ),
      );
    await assert.rejects(refused('deepshare'), /method deepshare, whose assignment correlation .*got none/);
    await assert.rejects(refused('share', { rule: 'validated' }), /method share, whose rule validated .*got none/);
    await assert.rejects(
      refused('share', { distillation: 0.5 }),
      /"distillation" expected 0 without a teacher, got 0.5/,
    );
  });
});
