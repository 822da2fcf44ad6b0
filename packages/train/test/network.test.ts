import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  bitset,
  blockGates,
  channelGates,
  type GateMap,
  interpretFloatAll,
  layerGates,
  linearGates,
  maskGates,
  patchGates,
  polynomialGates,
  stridedGroups,
  withAffine,
} from '@relent/graph';
import { Generator, grad, liveHandles, noGrad, randn, scope, tensor } from '@relent/torch';
import { Network, type NetworkOptions, smoothGate } from '@relent/train';
import './tiny-data.js';
import { tinyGraph } from './tiny-graph.js';

const graph = tinyGraph();
const shape = [6, 8, 8] as const;
const last = [8, 4, 4] as const;
const some = (count: number) => bitset(count, (i) => i % 3 !== 0);
const weights = Float32Array.from({ length: 6 }, (_, i) => 1 - i / 4);
const pixelWeights = { kind: 'weights', weights: Float32Array.from([1, -2, 0.5, 1, 2, -1]) } as const;

/** Every form of gate map, by the sites it is put on. */
const forms: Record<string, Record<string, GateMap>> = {
  'plain ReLU': {},
  'linear sites': { relu1: linearGates(shape), relu3: linearGates(last) },
  'polynomial sites': { relu2: polynomialGates(shape, { c2: weights, c1: weights, c0: weights }) },
  'mean patches, ragged': { relu1: patchGates(shape, [3, 5]), relu3: patchGates(last, [2, 2]) },
  'pixel patches, ragged': { relu2: patchGates(shape, [3, 3], { kind: 'pixel', row: 2, column: 1 }) },
  'weighted patches, ragged': { relu2: patchGates(shape, [2, 3], pixelWeights) },
  'patch sizes by channel': { relu1: patchGates(shape, [[1, 1], [2, 2], 'linear', [3, 1], [2, 2], [8, 8]]) },
  'prototype channels': { relu1: channelGates(shape, { group: stridedGroups(6, 2), prototypes: 'first' }) },
  'weighted channels': { relu2: channelGates(shape, { group: stridedGroups(6, 2), weights }) },
  blocks: { relu1: blockGates(shape, [2, 3], 4), relu2: blockGates(shape, [4, 4], 3) },
  masks: { relu1: maskGates(patchGates(shape, [2, 2]), some(384)), relu3: maskGates(linearGates(last), some(128)) },
  'affine pairs': {
    relu1: withAffine(
      patchGates(shape, [2, 2]),
      weights,
      weights.map((w) => 1 - w),
    ),
  },
  'a foreign source of plain ReLU': { relu2: layerGates(shape, 'relu1', stridedGroups(6, 4)) },
  'a foreign source of mixed patches': {
    relu1: patchGates(shape, [
      [4, 4],
      [1, 2],
      [4, 4],
      [2, 2],
      [1, 2],
      [4, 4],
    ]),
    relu2: withAffine(layerGates(shape, 'relu1', [5, 4, 3, 2, 1, 0]), -1, 1),
  },
};

function make(gateMaps: Record<string, GateMap>, options: NetworkOptions = {}): Network {
  using first = new Generator(5);
  const network = Network.create(graph, { generator: first, gateMaps: new Map(Object.entries(gateMaps)), ...options });
  // Fresh statistics hide mistakes in the normalisation, so a few batches are seen first.
  using generator = new Generator(6);
  noGrad(() => {
    for (let i = 0; i < 3; i++)
      scope(() => void network.forward(randn([16, 3, 8, 8], { generator }), { training: true }).free());
  });
  return network;
}

function image(seed: number): Float32Array {
  using generator = new Generator(seed);
  return scope(() => randn([1, 3, 8, 8], { generator }).toFloat32());
}

describe('Network', () => {
  for (const [name, maps] of Object.entries(forms))
    it(`computes what the exported graph means: ${name}`, () => {
      const before = liveHandles();
      const network = make(maps);
      const model = network.toModel({ name: 'tiny' });
      for (let seed = 1; seed <= 3; seed++) {
        const x = image(seed);
        const expected = interpretFloatAll(model, x);
        scope(() => {
          noGrad(() =>
            network.forward(tensor(x, { shape: [1, 3, 8, 8] }), {
              observe: (id, value) => {
                for (const [i, v] of value.contiguous().toFloat32().entries())
                  assert.ok(Math.abs(v - expected.get(id)![i]!) < 1e-5, `${id}[${i}]: ${v}, ${expected.get(id)![i]}`);
              },
            }),
          );
        });
      }
      network.free();
      assert.equal(liveHandles(), before);
    });

  it('comes back from its model', () => {
    const network = make(forms.blocks!);
    const model = network.toModel({ name: 'tiny' });
    const again = Network.fromModel(model).toModel({ name: 'tiny' });
    assert.deepEqual(again, model);
    const without = new Map([...model.weights].filter(([name]) => name !== 'fc.bias'));
    assert.throws(
      () => Network.fromModel({ ...model, weights: without }),
      /"fc\.bias" expected a weight \[4\], got none/,
    );
  });

  it('draws the same weights from equal seeds, others from others', () => {
    const first = (seed: number) =>
      Network.create(graph, { generator: new Generator(seed) })
        .parameters.get('fc.weight')!
        .toFloat32();
    assert.deepEqual(first(1), first(1));
    assert.notDeepEqual(first(1), first(2));
  });

  it('exports trained affine pairs in its gate maps', () => {
    const network = make(forms['affine pairs']!, { trainAffine: true });
    noGrad(() => network.parameters.get('relu1.a')!.fill_(0.25));
    const map = network.toModel({ name: 'tiny' }).gateMaps.get('relu1')!;
    assert.deepEqual([...map.a], [0.25, 0.25, 0.25, 0.25, 0.25, 0.25]);
    assert.ok(!network.toModel({ name: 'tiny' }).weights.has('relu1.a'));
  });

  it('sends gradient through the values and none through the hard gates', () => {
    const gradient = (gate?: ReturnType<typeof smoothGate>) => {
      const network = make(forms['mean patches, ragged']!);
      return scope(() => {
        const x = tensor(image(1), { shape: [1, 3, 8, 8] }).requiresGrad_();
        const y = network.forward(x, gate ? { gate } : {}).sum();
        return [grad(y, [x])[0]!.toFloat32(), x.toFloat32(), y.item()] as const;
      });
    };
    // With decisions fixed the network is linear in x up to its constant, so the gradient is exact nearby.
    const [slope, x, y] = gradient();
    const network = make(forms['mean patches, ragged']!);
    const moved = scope(() => {
      const nearby = x.map((v, i) => v + 1e-4 * slope[i]!);
      return network
        .forward(tensor(nearby, { shape: [1, 3, 8, 8] }))
        .sum()
        .item();
    });
    const expected = 1e-4 * slope.reduce((sum, s) => sum + s * s, 0);
    assert.ok(Math.abs(moved - y - expected) < 0.05 * expected + 1e-5);
    assert.notDeepEqual(gradient(smoothGate(1))[0], slope);
    assert.throws(() => smoothGate(0), /"sharpness" expected/);
  });

  it('rejects a batch of another shape', () => {
    const network = make({});
    assert.throws(() => network.forward(tensor(new Float32Array(48), { shape: [1, 3, 4, 4] })), {
      name: 'RangeError',
      message: '"x" expected [N, 3, 8, 8], got [1, 3, 4, 4]',
    });
  });
});
