import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { Model } from '@relent/graph';
import { Generator } from '@relent/torch';
import { Network, parseBudget, reduce, reduceMethods } from '@relent/train';
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
});

describe('parseBudget', () => {
  it('reads comparisons and percentages of the plain network', () => {
    assert.equal(parseBudget('120', { graph: tinyGraph() }), 120);
    assert.equal(parseBudget('5%', { graph: tinyGraph() }), Math.floor(0.05 * (384 + 384 + 128)));
    for (const text of ['', 'many', '-3', '0%'])
      assert.throws(() => parseBudget(text, { graph: tinyGraph() }), /"budget" expected/);
  });
});
