import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  buildZoo,
  type GateMap,
  gateCost,
  inferShapes,
  linearGates,
  patchGates,
  siteNodes,
  siteShape,
  type ZooOptions,
  zooNames,
} from '@relent/graph';

function options(side: number, more: Partial<ZooOptions> = {}): ZooOptions {
  return { inputShape: [3, side, side], classes: 100, ...more };
}

function relus(name: string, side: number, more: Partial<ZooOptions> = {}): number {
  return gateCost(buildZoo(name, options(side, more))).total.comparisons;
}

describe('zoo', () => {
  it('has the published ReLU totals (methods.md §1.1)', () => {
    const published: [string, number, Partial<ZooOptions>, number][] = [
      ['resnet18', 32, {}, 557_056],
      ['resnet18', 32, { stemRelu: false }, 491_520],
      ['resnet18', 64, {}, 2_228_224],
      ['resnet18', 64, { stemRelu: false }, 1_966_080],
      ['resnet34', 32, {}, 966_656],
      ['resnet34', 32, { stemRelu: false }, 901_120],
      ['resnet34', 64, {}, 3_866_624],
      ['resnet34', 64, { stemRelu: false }, 3_604_480],
      ['wrn-22-8', 32, {}, 1_392_640],
      ['wrn-22-8', 64, {}, 5_570_560],
      ['resnet20', 32, {}, 188_416],
      ['resnet32', 32, {}, 303_104],
      ['resnet44', 32, {}, 417_792],
      ['resnet56', 32, {}, 532_480],
      ['resnet110', 32, {}, 1_048_576],
      ['resnet18', 32, { width: 0.5 }, 278_528],
      ['resnet18', 32, { width: 0.5, stemRelu: false }, 245_760],
      ['vgg16-bn', 32, {}, 276_480],
      ['vgg16-bn', 64, { pooling: 'average' }, 1_105_920],
      ['resnet18', 224, { stem: 'imagenet' }, 2_308_096],
      ['resnet50', 224, {}, 9_608_704],
    ];
    for (const [name, side, more, total] of published)
      assert.equal(relus(name, side, more), total, `${name} at ${side} ${JSON.stringify(more)}`);
  });

  it('has the published WRN-22-8 total without the final ReLU', () => {
    for (const [side, total] of [
      [32, 1_359_872],
      [64, 5_439_488],
    ] as const) {
      const graph = buildZoo('wrn-22-8', options(side));
      const shape = siteShape(inferShapes(graph).get('final.relu')!);
      const { total: cost } = gateCost(graph, new Map([['final.relu', linearGates(shape)]]));
      assert.equal(cost.comparisons, total);
      assert.equal(cost.linearNeurons, sizeOfSite(shape));
    }
  });

  it('has the published uniform-patch totals of ResNet-50 (methods.md §1.2)', () => {
    const graph = buildZoo('resnet50', options(224));
    const shapes = inferShapes(graph);
    const published = {
      '1x2': 4_834_816,
      '2x2': 2_434_816,
      '2x3': 1_701_120,
      '3x3': 1_189_632,
      '3x4': 874_240,
      '4x4': 644_224,
    };
    for (const [size, total] of Object.entries(published)) {
      const [height, width] = size.split('x').map(Number) as [number, number];
      const maps = siteNodes(graph).map(({ id }): [string, GateMap] => [
        id,
        patchGates(siteShape(shapes.get(id)!), [height, width]),
      ]);
      assert.equal(gateCost(graph, new Map(maps)).total.comparisons, total, size);
    }
  });

  it('has 49,152 ReLUs in the example configuration of DeepReDuce (methods.md §5.1)', () => {
    const graph = buildZoo('resnet18', options(32, { width: 0.5, stemRelu: false }));
    const shapes = inferShapes(graph);
    const gone = siteNodes(graph).filter(({ id }) => /^layer[14]\.|\.relu2$/.test(id));
    const { total } = gateCost(graph, new Map(gone.map(({ id }) => [id, linearGates(siteShape(shapes.get(id)!))])));
    assert.equal(total.comparisons, 49_152);
    assert.equal(total.comparisons + total.linearNeurons, 245_760);
  });

  it('ends every network in the classes, and gives nodes readable ids', () => {
    for (const name of zooNames) {
      const graph = buildZoo(name, options(name === 'resnet50' ? 64 : 32, { width: 0.25 }));
      const plane = name.startsWith('deeplab-') ? [32, 32] : [];
      assert.deepEqual(inferShapes(graph).get(graph.output), [100, ...plane], name);
    }
    const ids = buildZoo('resnet20', options(32)).nodes.map(({ id }) => id);
    for (const id of [
      'stem.conv',
      'stem.bn',
      'stem.relu',
      'layer1.0.conv1',
      'layer1.0.relu2',
      'layer2.0.shortcut.conv',
      'fc',
    ])
      assert.ok(ids.includes(id), id);
  });

  it('has depth 6n + 2: ResNet-20 has 19 convolutions besides its shortcuts', () => {
    const graph = buildZoo('resnet20', { inputShape: [3, 32, 32], classes: 10 });
    const convs = graph.nodes.filter(({ op, id }) => op === 'conv' && !id.includes('shortcut'));
    assert.equal(convs.length, 19);
  });

  it('rejects unknown names and widths that make no sense', () => {
    assert.throws(
      () => buildZoo('resnet19', options(32)),
      /^RangeError: "name" expected one of resnet8, .*got "resnet19"/,
    );
    assert.throws(() => buildZoo('resnet8', options(32, { width: 0 })), /"width" expected a positive number, got 0/);
    assert.throws(() => buildZoo('vgg16-bn', options(16)), RangeError);
  });
});

function sizeOfSite([channels, height, width]: readonly [number, number, number]): number {
  return channels * height * width;
}
