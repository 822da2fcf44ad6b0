import assert from 'node:assert/strict';
import { test } from 'node:test';
import { COMPARISONS_PER_CHUNK, evaluateCost, onlineBits, planSite, siteCost } from '@relent/crypto';
import { runSite } from './site-run.js';
import { comparisonsOnly, modes, quadraticShape, randomInput, samplePlans, shapeOf } from './site-shapes.js';

test('declared cost = metered bytes, messages and rounds, for every pattern and ring', () => {
  for (const ringBits of [8, 20, 24, 31, 32]) {
    for (const [name, plan] of modes.flatMap((mode) => samplePlans(ringBits, { mode }))) {
      const run = runSite(plan, randomInput(plan.shape, 1), 1);
      assert.deepEqual(run.offline, evaluateCost(siteCost(plan).offline), name);
      assert.deepEqual(run.online, evaluateCost(siteCost(plan).online), name);
    }
  }
});

test('the same at digits of 2 and 8 bits and across the border of a chunk', () => {
  const count = COMPARISONS_PER_CHUNK + 40;
  for (const plan of [
    comparisonsOnly(33, 32, { digitBits: 2 }),
    comparisonsOnly(33, 32, { levels: 1 }),
    comparisonsOnly(33, 20, { mode: 'b' }),
    comparisonsOnly(count, 9, { mode: 'b' }),
    comparisonsOnly(count, 12),
  ]) {
    const input = randomInput(plan.shape, 1);
    const run = runSite(plan, input, 1);
    assert.deepEqual(run.offline, evaluateCost(siteCost(plan).offline));
    assert.deepEqual(run.online, evaluateCost(siteCost(plan).online));
    assert.ok(input.scores.every((score, i) => (score > 0 ? 1 : 0) === run.gates[i]));
  }
});

test('at l = 32: 61 bits a comparison, 1 a truncation, 2l a gated neuron and 2 a group', () => {
  const neurons = 30;
  const groups = 6;
  const gateOf = Int32Array.from({ length: neurons }, (_, i) => i % groups);
  const { m1, m2, m3, m4 } = onlineBits(planSite(shapeOf({ neurons, gateCount: groups, gateOf })));
  assert.equal(m1 + m2 + m3 + m4, 61 * groups + neurons + 64 * neurons + 2 * groups);
  const direct = onlineBits(planSite(shapeOf({ neurons, gateCount: groups, gateOf }), { mode: 'b' }));
  assert.equal(direct.m1 + direct.m2, 44 * groups + neurons + 96 * neurons + groups);
  assert.equal(direct.m3 + direct.m4, 0);
  const linear = onlineBits(planSite(shapeOf({ neurons })));
  assert.deepEqual(linear, { m1: neurons, m2: 0, m3: 0, m4: 32 * neurons });
});

test('at l = 32 a quadratic takes 2l + 2 + q bits and 33 random OTs, and one round trip', () => {
  const plan = planSite(quadraticShape(new Int32Array(10).fill(-1), 32, { squareBits: 3, outerBits: 15 }));
  const { m1, m2, m3, m4 } = onlineBits(plan);
  assert.deepEqual([m1, m2, m3, m4], [10 * (1 + 1 + 31 + 1), 0, 0, 10 * (15 + 32)]);
  const { truncationBits: f } = plan.shape;
  const g = f + 3;
  const { messages, rots } = siteCost(plan).offline;
  assert.deepEqual(rots, { client: 10 * (1 + 1 + 31 + 1), server: 0 });
  assert.deepEqual(messages, [{ direction: 'up', bits: 10 * (f + g + (31 * 32) / 2 + ((g - 1) * g) / 2) }]);
});

test('rounds: 4 with comparisons, 2 without or in mode b', () => {
  const rounds = samplePlans().map(([name, plan]) => [name, evaluateCost(siteCost(plan).online).rounds]);
  assert.deepEqual(Object.fromEntries(rounds), {
    plain: 4,
    'shared, affine, linear neurons': 4,
    'one gate for all': 4,
    'gates for later sites only': 4,
    reuse: 2,
    linear: 2,
    'no truncation': 4,
    'linear without truncation': 1,
    empty: 0,
    'quadratics beside gates': 4,
    'quadratics beside reused gates': 2,
    quadratics: 2,
  });
  for (const [name, plan] of samplePlans(32, { mode: 'b' })) {
    const { rounds } = evaluateCost(siteCost(plan).online);
    if (plan.pattern === 'compare') assert.equal(rounds, 2, name);
  }
});
