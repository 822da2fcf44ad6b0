import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  blockGates,
  buildZoo,
  channelGates,
  contiguousGroups,
  type GateMap,
  inferShapes,
  layerGates,
  linearGates,
  maskGates,
  patchGates,
  plainGates,
  siteNodes,
  zooNames,
} from '@relent/graph';
import { describeGates } from '../dist/gate-words.js';
import { inspectNetwork } from '../dist/inspection.js';
import { drawBar, drawNetwork } from '../dist/network-drawing.js';

const shape = [4, 8, 8] as const;

test('gate maps in words', () => {
  assert.equal(describeGates(patchGates(shape, [1, 1])), null);
  assert.equal(describeGates(patchGates(shape, [4, 2])), 'patches of 4×2, decided by their mean');
  assert.match(
    describeGates(channelGates(shape, { group: contiguousGroups(4, 2) }))!,
    /^groups of 2 channels, decided by/,
  );
  assert.match(describeGates(blockGates(shape, [2, 2], 4))!, /^groups of .* with patches of 2×2/);
  assert.match(describeGates(linearGates(shape))!, /masked/);
});

test('kept, shared and linear neurons add up, and a gate that another site obeys is shared', async () => {
  const graph = buildZoo('resnet8', { inputShape: [3, 32, 32], classes: 10 });
  const shapes = inferShapes(graph);
  const [first, second, third, fourth] = siteNodes(graph).map(({ id }) => id) as [string, string, string, string];
  const of = (id: string) => shapes.get(id) as [number, number, number];
  const plane = of(third)[0] * of(third)[1] * of(third)[2];
  const half = new Uint8Array(Math.ceil(of(fourth).reduce((x, y) => x * y) / 8)).fill(0x0f);
  const maps = new Map<string, GateMap>([
    [first, patchGates(of(first), [2, 2])],
    [third, layerGates(of(third), second, contiguousGroups(of(third)[0], 1))],
    [fourth, maskGates(plainGates(of(fourth)), half)],
  ]);
  const found = await inspectNetwork({ graph, gateMaps: maps });
  const site = (id: string) => found.sites.find((each) => each.id === id)!;
  assert.equal(site(first).kept, 0);
  assert.equal(site(first).comparisons * 4, site(first).shared);
  assert.deepEqual([site(second).kept, site(second).shared], [0, plane], 'the later site obeys every gate of it');
  assert.equal(site(third).comparisons, 0);
  assert.equal(site(fourth).linear, site(fourth).kept);
  for (const { kept, shared, linear, quadratic, comparisonsBefore } of [...found.sites, found])
    assert.equal(kept + shared + linear + quadratic, comparisonsBefore);
});

test('a bar is full, and shows every kind that is there', () => {
  const none = { kept: 0, shared: 0, linear: 0, quadratic: 0 };
  assert.equal(drawBar({ ...none, kept: 5 }, 8), '████████');
  assert.equal(drawBar({ ...none, kept: 1, linear: 1 }, 8), '████░░░░');
  assert.equal(drawBar({ kept: 1, shared: 1000, linear: 1, quadratic: 1 }, 8), '█▓▓▓▓▓▒░');
  assert.equal(drawBar(none, 8), '');
});

test('drawings fit 80 columns for every architecture', async () => {
  for (const name of zooNames) {
    const graph = buildZoo(name, { inputShape: [3, 64, 64], classes: 12 });
    for (const line of drawNetwork(graph, await inspectNetwork({ graph, gateMaps: new Map() })))
      assert.ok(line.length <= 80, `${name}: ${line}`);
  }
});
