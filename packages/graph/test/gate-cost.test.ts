import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  applyGateMap,
  bitset,
  channelGates,
  GraphBuilder,
  gateCost,
  layerGates,
  maskGates,
  patchGates,
  plainGates,
  polynomialGates,
  stridedGroups,
} from '@relent/graph';
import { randomModel } from './random-model.js';

const shape = [4, 4, 4] as const;

function chain() {
  const b = new GraphBuilder();
  const first = b.relu(b.input(shape), { id: 'first' });
  return b.finish(b.relu(b.conv(first, 4), { id: 'second' }));
}

describe('gateCost', () => {
  it('counts plain sites as one comparison and one product a neuron', () => {
    const { total, sites } = gateCost(chain());
    assert.deepEqual(total, { comparisons: 128, multiplications: 128, linearNeurons: 0, polynomialNeurons: 0 });
    assert.deepEqual(
      sites.map(({ id, shape }) => [id, ...shape]),
      [
        ['first', 4, 4, 4],
        ['second', 4, 4, 4],
      ],
    );
  });

  it('counts a gate once where it is evaluated, and products everywhere', () => {
    const first = channelGates(shape, { group: stridedGroups(4, 2), prototypes: 'first' });
    const maps = new Map([
      ['first', first],
      ['second', layerGates(shape, 'first', [0, 0, 1, 1])],
    ]);
    const { total, sites } = gateCost(chain(), maps);
    assert.deepEqual(total, { comparisons: 32, multiplications: 128, linearNeurons: 0, polynomialNeurons: 0 });
    assert.equal(sites[1]!.cost.comparisons, 0);
  });

  it('counts linear channels of per-channel patches (the [0, 1] of Knapsack block-ReLU)', () => {
    const map = patchGates(shape, [[4, 4], [2, 3], 'linear', [1, 1]]);
    const { cost } = gateCost(chain(), new Map([['first', map]])).sites[0]!;
    assert.deepEqual(cost, { comparisons: 1 + 4 + 16, multiplications: 48, linearNeurons: 16, polynomialNeurons: 0 });
  });

  it('counts quadratics as polynomial only where c2 is not 0', () => {
    const rule = { c2: Float32Array.of(0, 1, 1, 1), c1: new Float32Array(4).fill(1), c0: new Float32Array(4) };
    const half = maskGates(
      plainGates(shape),
      bitset(64, (i) => i % 2 === 0),
      rule,
    );
    const { cost } = gateCost(chain(), new Map([['first', half]])).sites[0]!;
    assert.deepEqual(cost, { comparisons: 32, multiplications: 32, linearNeurons: 8, polynomialNeurons: 24 });
    const model = randomModel(chain(), 1, new Map([['first', polynomialGates(shape, rule)]]));
    const applied = applyGateMap(model);
    assert.equal(gateCost(applied.graph, applied.gateMaps).sites[0]!.cost.polynomialNeurons, 64);
  });
});
