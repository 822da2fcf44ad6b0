import assert from 'node:assert/strict';
import { test } from 'node:test';
import { evaluateCost, idealSite, planSite, siteCost } from '@relent/crypto';
import fc from 'fast-check';
import { runSite } from './site-run.js';
import { idealGates, quadraticShape, randomInput } from './site-shapes.js';

test('every pre-activation and client share at l = 8', () => {
  const neurons = 127 * 256;
  for (const squareBits of [0, 1]) {
    const plan = planSite(quadraticShape(new Int32Array(neurons).fill(-1), 8, { squareBits, outerBits: 1 }));
    const z = Int32Array.from({ length: neurons }, (_, i) => (i % 127) - 63);
    const zClient = Int32Array.from({ length: neurons }, (_, i) => Math.floor(i / 127) - 128);
    const run = runSite(plan, { z, zClient, scores: new Int32Array(0), scoresClient: new Int32Array(0) }, squareBits);
    assert.deepEqual(run.y, idealSite(plan.shape, z, zClient, new Uint8Array(0), run.quadratics));
  }
});

test('random quadratics beside any gates equal their ideal twin, at the declared cost', () => {
  const parameters = fc.record({
    ringBits: fc.integer({ min: 8, max: 32 }),
    squareBits: fc.integer({ min: 0, max: 3 }),
    outerBits: fc.integer({ min: 0, max: 20 }),
    gates: fc.array(fc.integer({ min: -1, max: 6 }), { minLength: 1, maxLength: 12 }),
    source: fc.constantFrom('own' as const, 'given' as const),
    seed: fc.integer(),
  });
  fc.assert(
    fc.property(parameters, ({ ringBits, squareBits, outerBits, gates, source, seed }) => {
      const gateOf = Int32Array.from([...gates, ...gates.toReversed()]);
      const outer = Math.min(outerBits, ringBits - 2);
      const plan = planSite(quadraticShape(gateOf, ringBits, { squareBits, outerBits: outer, source }));
      const input = randomInput(plan.shape, seed);
      const run = runSite(plan, input, seed);
      const expected = idealSite(plan.shape, input.z, input.zClient, idealGates(input, ringBits), run.quadratics);
      assert.deepEqual(run.y, expected);
      assert.deepEqual(run.offline, evaluateCost(siteCost(plan).offline));
      assert.deepEqual(run.online, evaluateCost(siteCost(plan).online));
    }),
  );
});

test('coefficients and truncations that do not fit are refused', () => {
  const shape = quadraticShape(new Int32Array(4).fill(-1), 16);
  const { polynomial } = shape;
  assert.ok(polynomial);
  const planned = (part: object) => () => planSite({ ...shape, polynomial: { ...polynomial, ...part } });
  assert.throws(planned({ c1: new Int32Array(3) }), /"c1" expected 2 entries, got 3/);
  assert.throws(planned({ squareBits: 12 }), /"truncationBits \+ squareBits"/);
  assert.throws(planned({ outerBits: 15 }), /"outerBits"/);
});
