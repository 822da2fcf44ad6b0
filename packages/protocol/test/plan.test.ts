import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { IntegerGraph, IntegerNode } from '@relent/graph';
import { plan } from '@relent/protocol';
import { gateForms, tinyModel } from './network.js';

const { graph } = tinyModel('block').integer;

function withNode(id: string, change: (node: IntegerNode) => unknown): IntegerGraph {
  const nodes = graph.nodes.map((node) => (node.id === id ? (change(node) as IntegerNode) : node));
  return { ...graph, nodes };
}

for (const form of gateForms) {
  test(`equal graphs give equal plans: ${form}`, () => {
    assert.deepEqual(plan(tinyModel(form).integer.graph), plan(tinyModel(form).integer.graph));
  });
}

test('a plan lists every node once, and forgets every value after its last use', () => {
  const { steps, lastUses, output, batches } = plan(graph);
  assert.deepEqual(
    steps.map(({ id }) => id),
    graph.nodes.map(({ id }) => id),
  );
  assert.deepEqual(
    lastUses.flat().sort(),
    graph.nodes
      .map(({ id }) => id)
      .filter((id) => id !== output.id)
      .sort(),
  );
  const site = steps.findIndex(({ id }) => id === 'stem.relu');
  const add = steps.findIndex(({ id }) => id === 'block.add');
  assert.ok(lastUses[add]?.includes('stem.relu') && !lastUses[site]?.includes('stem.relu'));
  assert.deepEqual(
    batches.flat().map(({ id }) => id),
    ['stem.relu', 'block.relu1', 'block.relu2', 'down.relu'],
  );
});

test('batches are bounded by their random OTs', () => {
  assert.equal(plan(graph).batches.length, 1);
  assert.equal(plan(graph, { batchRots: 1 }).batches.length, 4);
});

test('values that are too large to be compared are refused by name', () => {
  const pooled = withNode('pool', (node) => ({ ...node, op: 'max-pool', maxAbs: 2 ** 30 }));
  assert.throws(() => plan(pooled), /node "pool" expected values below 2\^30 to compare, got a bound of 1073741824/);
  const large = withNode('fc', (node) => ({ ...node, maxAbs: 2 ** 31 }));
  assert.throws(() => plan(large, { answer: 'class' }), /node "fc" expected values below 2\^30 to compare/);
  plan(large);
});

test('an inconsistent graph is refused', () => {
  assert.throws(() => plan({ ...graph, ringBits: 40 }), RangeError);
  assert.throws(() => plan({ ...graph, output: 'nowhere' }), RangeError);
  assert.throws(() => plan(withNode('stem', (node) => ({ ...node, shape: [4, 6, 7] }))), RangeError);
  assert.throws(() => plan(withNode('stem.relu', (node) => ({ ...node, truncationBits: 31 }))), /truncationBits/);
});
