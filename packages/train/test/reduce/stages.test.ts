import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { buildZoo, gateCost } from '@relent/graph';
import { stageMaps, stagesOf, thinnedSites } from '@relent/train';
import { tinyGraph } from '../tiny-graph.js';

const cifar = { inputShape: [3, 32, 32], classes: 10 } as const;

describe('stagesOf', () => {
  const sizes = (name: string, size = 32) =>
    stagesOf(buildZoo(name, { ...cifar, inputShape: [3, size, size] })).map(({ sites }) => sites.length);

  it('puts a stem of full resolution with the first stage', () => {
    assert.deepEqual(sizes('resnet18'), [5, 4, 4, 4]);
    assert.equal(stagesOf(buildZoo('resnet18', cifar))[0]!.sites[0], 'stem.relu');
    assert.deepEqual(sizes('resnet20'), [7, 6, 6]);
    assert.deepEqual(sizes('vgg16-bn'), [2, 2, 3, 3, 3]);
    assert.deepEqual(sizes('resnet50', 224), [1, 9, 12, 18, 9]);
  });

  it('goes by resolution where names tell nothing', () => {
    assert.deepEqual(
      stagesOf(tinyGraph()).map(({ sites }) => sites),
      [['relu1', 'relu2'], ['relu3']],
    );
  });
});

describe('thinnedSites', () => {
  it('leaves the first ReLU of every block, or every second one', () => {
    const [first] = stagesOf(buildZoo('resnet18', cifar));
    assert.deepEqual(thinnedSites(first!), ['layer1.0.relu1', 'layer1.1.relu1']);
    const third = stagesOf(buildZoo('vgg16-bn', cifar))[2]!;
    assert.deepEqual(thinnedSites(third), ['stage3.relu1', 'stage3.relu3']);
  });
});

describe('stageMaps', () => {
  it('culls and thins', () => {
    const graph = buildZoo('resnet18', cifar);
    const [s1, s2, s3, s4] = stagesOf(graph);
    const count = (...states: Parameters<typeof stageMaps>[2]) =>
      gateCost(graph, stageMaps(graph, new Map(), states)).total.comparisons;
    assert.equal(count([s1!, 'culled']), 557_056 - 327_680);
    assert.equal(count([s1!, 'culled'], [s4!, 'culled'], [s2!, 'thinned'], [s3!, 'thinned']), 2 * 49_152);
  });
});
