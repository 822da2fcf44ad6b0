/** Exact truncation: x' = floor(z / 2^f), whatever the shares. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  COMPARISONS_PER_CHUNK,
  compareBits,
  evaluateCost,
  idealSite,
  onlineBits,
  planSite,
  rebuildSite,
  type SitePlan,
  siteCost,
} from '@relent/crypto';
import { randomRing, runSite, type SiteInput, testRandom } from './site-run.js';
import { edgeValues, idealGates, quadraticShape, randomInput, samplePlans, shapeOf } from './site-shapes.js';

const exact = { exact: true } as const;
const none = new Int32Array(0);

const floorSite = ({ shape }: SitePlan, { z }: SiteInput, gates: Uint8Array): Int32Array =>
  idealSite(shape, z, null, gates);

test('all share pairs of |z| < 64 at l = 8, all shifts, without and with a gate', () => {
  const pairs: [number, number][] = [];
  for (let z = -63; z <= 63; z++) for (let share = -128; share < 128; share++) pairs.push([z, share]);
  const z = Int32Array.from(pairs, ([value]) => value);
  const zClient = Int32Array.from(pairs, ([, share]) => share);
  const scoresClient = randomRing(z.length, 8, testRandom(1));
  const neurons = z.length;
  for (let truncationBits = 1; truncationBits <= 6; truncationBits++) {
    const shape = { neurons, truncationBits, ringBits: 8 };
    const linear = planSite(shapeOf(shape), exact);
    const floor = z.map((value) => value >> truncationBits);
    assert.deepEqual(runSite(linear, { z, zClient, scores: none, scoresClient: none }, truncationBits).y, floor);
    const gateOf = Int32Array.from({ length: neurons }, (_, i) => i);
    const gated = planSite(shapeOf({ ...shape, gateCount: neurons, gateOf }), exact);
    const { y } = runSite(gated, { z, zClient, scores: z, scoresClient }, truncationBits);
    assert.deepEqual(
      y,
      floor.map((value, i) => (z[i]! > 0 ? value : 0)),
    );
  }
});

test('10,000 random values and the edges at l = 32, at every kind of neuron', () => {
  const edges = edgeValues(32);
  const neurons = 2500 + edges.length;
  for (const truncationBits of [1, 9, 13, 30]) {
    const gateOf = Int32Array.from({ length: neurons }, (_, i) => (i % 4 === 3 ? -1 : i % 700));
    const affine = { a: Int32Array.of(3), b: Int32Array.of(-1), affineBits: 1 };
    const plan = planSite(shapeOf({ neurons, gateCount: 700, gateOf, truncationBits, ...affine }), exact);
    const input = randomInput(plan.shape, truncationBits);
    input.z.set(edges);
    assert.deepEqual(runSite(plan, input, 1).y, floorSite(plan, input, idealGates(input, 32)));
  }
});

for (const ringBits of [8, 20, 24, 31, 32]) {
  test(`every pattern equals its ideal twin, at its declared cost, at l = ${ringBits}`, () => {
    for (const [name, plan] of samplePlans(ringBits, exact)) {
      for (let seed = 0; seed < 3; seed++) {
        const input = randomInput(plan.shape, seed);
        const run = runSite(plan, input, seed);
        assert.deepEqual(run.y, floorSite(plan, input, idealGates(input, ringBits)), name);
        assert.deepEqual(run.offline, evaluateCost(siteCost(plan).offline), name);
        assert.deepEqual(run.online, evaluateCost(siteCost(plan).online), name);
      }
    }
  });
}

test('the same across the border of a chunk, with fewer comparisons than neurons', () => {
  const neurons = COMPARISONS_PER_CHUNK + 40;
  const gateOf = Int32Array.from({ length: neurons }, (_, i) => (i % 50) - 1);
  const plan = planSite(shapeOf({ neurons, gateCount: 49, gateOf, truncationBits: 2, ringBits: 9 }), exact);
  const input = randomInput(plan.shape, 1);
  const run = runSite(plan, input, 1);
  assert.deepEqual(run.y, floorSite(plan, input, idealGates(input, 9)));
  assert.deepEqual(run.offline, evaluateCost(siteCost(plan).offline));
});

test('at l = 32, f = 12: 22 bits more a neuron, no round trip more at a site with comparisons', () => {
  const gateOf = Int32Array.from({ length: 30 }, (_, i) => i % 6);
  const shape = shapeOf({ neurons: 30, gateCount: 6, gateOf, truncationBits: 12 });
  const totals = [planSite(shape), planSite(shape, exact)].map((plan) => {
    const { m1, m2, m3, m4 } = onlineBits(plan);
    return { bits: m1 + m2 + m3 + m4, rounds: evaluateCost(siteCost(plan).online).rounds };
  });
  const [lossy, precise] = totals as [(typeof totals)[0], (typeof totals)[0]];
  assert.equal(precise.bits - lossy.bits, 30 * (12 + 4 + 4 + 2));
  assert.deepEqual([lossy.rounds, precise.rounds], [4, 4]);
  const { carry } = planSite(shape, exact);
  assert.ok(carry !== null && compareBits(carry).openingsDown === 0);
  assert.equal(evaluateCost(siteCost(planSite(shapeOf({ neurons: 3 }), exact)).online).rounds, 4);
});

test('a site that truncates nothing costs the same; mode b and quadratics are refused', () => {
  const gateOf = Int32Array.of(0, 0, 1, 1);
  const plain = shapeOf({ neurons: 4, gateCount: 2, gateOf, truncationBits: 0 });
  assert.deepEqual(siteCost(planSite(plain, exact)), siteCost(planSite(plain)));
  const shape = { ...plain, truncationBits: 5 };
  assert.throws(() => planSite(shape, { exact: true, mode: 'b' }), /"mode" expected a with exact truncation, got b/);
  const other = planSite(shape, { mode: 'b' }).compare;
  assert.throws(() => rebuildSite(planSite(shape, exact), other), /"compare" expected one for mode a/);
  assert.throws(
    () => planSite(quadraticShape(gateOf.fill(-1), 32), exact),
    /"exact" expected a site without quadratics/,
  );
});
