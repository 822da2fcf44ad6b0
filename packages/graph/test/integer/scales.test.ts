import assert from 'node:assert/strict';
import { test } from 'node:test';
import { channelGates, compileGates, type GateMap, GraphBuilder, patchGates, withAffine } from '@relent/graph';
import fc from 'fast-check';
import { roundGates, roundWeights, splitPowerOfTwo } from '../../dist/integer/scales.js';

function gatesOf(map: GateMap) {
  const b = new GraphBuilder();
  const graph = b.finish(b.relu(b.input(map.shape), { id: 'site' }));
  return roundGates(compileGates(graph, new Map([['site', map]])).get('site')!);
}

test('weights take the finest power-of-two scale that holds them, each off by half a unit at most', () => {
  const magnitudes = fc.float({ min: Math.fround(-1e6), max: Math.fround(1e6), noNaN: true });
  fc.assert(
    fc.property(fc.array(magnitudes, { minLength: 1 }), fc.integer({ min: 4, max: 16 }), (list, bits) => {
      const weights = Float32Array.from(list);
      const largest = weights.reduce((max, w) => Math.max(max, Math.abs(w)), 0);
      const { values, exponent } = roundWeights(weights, bits);
      const unit = 2 ** exponent;
      const limit = 2 ** (bits - 1) - 1;
      for (const [i, w] of weights.entries()) assert.ok(Math.abs(values[i]! * unit - w) <= unit / 2);
      assert.ok(values.every((value) => Math.abs(value) <= limit));
      if (largest > 0) assert.ok(Math.round((2 * largest) / unit) > limit);
    }),
    { seed: 5 },
  );
});

test('zeros have a scale', () => {
  assert.deepEqual(roundWeights(new Float32Array(3), 8), { values: new Int32Array(3), exponent: 0 });
});

test('equal score weights become one, also in ragged patches', () => {
  const gates = gatesOf(patchGates([2, 5, 5], [2, 3]));
  assert.ok(gates.scoreWeight.every((weight) => weight === 1));
  assert.equal(gates.affineBits, 0);
});

test('learned score weights keep 8 bits relative to the largest of their score', () => {
  const weights = Float32Array.of(0.5, -0.25, 8, 4);
  const gates = gatesOf(channelGates([4, 1, 1], { group: [0, 0, 1, 1], weights }));
  assert.deepEqual([...gates.scoreWeight], [127, -63, 127, 64]);
});

test('learned affine pairs have 6 bits after the point', () => {
  const map = withAffine(patchGates([2, 2, 2], [2, 2]), Float32Array.of(0.75, -1.5), Float32Array.of(0.01, 0.25));
  const gates = gatesOf(map);
  assert.equal(gates.affineBits, 6);
  assert.deepEqual([...gates.a, ...gates.b], [48, -96, 1, 16]);
});

test('an integer splits into its odd part and a power of two', () => {
  for (let value = 1; value < 200; value++) {
    const { odd, exponent } = splitPowerOfTwo(value);
    assert.equal(odd % 2, 1);
    assert.equal(odd * 2 ** exponent, value);
  }
});
