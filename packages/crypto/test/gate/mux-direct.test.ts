import assert from 'node:assert/strict';
import { test } from 'node:test';
import { COMPARISONS_PER_CHUNK, idealCompare, idealSite, planSite } from '@relent/crypto';
import { randomRing, runSite, testRandom } from './site-run.js';
import { edgeValues, shapeOf } from './site-shapes.js';

test('all share pairs of |z| < 64 at l = 8, by open and closed gates, each with both shares of the gate', () => {
  const rows: [number, number][] = [];
  for (let z = -63; z <= 63; z++) for (let share = -128; share < 128; share++) rows.push([z, share]);
  const z = Int32Array.from(rows, ([value]) => value);
  const zClient = Int32Array.from(rows, ([, share]) => share);
  // Every value of z and of its share meets gates that are open and gates that are closed.
  const gateCount = 1001;
  const gateOf = Int32Array.from(rows, (_, i) => (i * 7) % gateCount);
  const random = testRandom(3);
  const scores = Int32Array.from({ length: gateCount }, (_, gate) => (gate % 64) - 31);
  const seen = new Set<string>();
  for (const [truncationBits, a, b] of [
    [0, 1, 0],
    [3, 3, -2],
  ] as const) {
    for (const flip of [1, -1]) {
      const shape = { neurons: z.length, gateCount, gateOf, ringBits: 8, truncationBits };
      const plan = planSite(shapeOf({ ...shape, a: Int32Array.of(a), b: Int32Array.of(b) }), { mode: 'b' });
      const own = scores.map((score) => score * flip);
      const run = runSite(plan, { z, zClient, scores: own, scoresClient: randomRing(gateCount, 8, random) }, flip);
      const gates = idealCompare(own, 8);
      assert.deepEqual(run.gates, gates);
      assert.deepEqual(run.y, idealSite(plan.shape, z, zClient, gates));
      gates.forEach((gate, g) => {
        seen.add(`${gate} = ? + ${run.gateShares.server[g]}`);
      });
    }
  }
  assert.equal(seen.size, 4);
});

test('10,000 random neurons and the edges at l = 32, groups of 1 to 60 neurons', () => {
  const random = testRandom(8);
  const limit = 2 ** 30 - 1;
  const z = Int32Array.from([...edgeValues(32), ...randomRing(10_000, 31, random)], (value) => Math.max(value, -limit));
  const neurons = z.length;
  const gateOf = Int32Array.from({ length: neurons }, (_, i) => (i % 9 === 4 ? -1 : Math.floor(Math.sqrt(i * 2))));
  const gateCount = Math.max(...gateOf) + 1;
  const scores = Int32Array.from({ length: gateCount }, (_, gate) => edgeValues(32)[gate % 90]!);
  const input = {
    z,
    zClient: randomRing(neurons, 32, random),
    scores,
    scoresClient: randomRing(gateCount, 32, random),
  };
  const shape = { neurons, gateCount, gateOf, a: Int32Array.of(5), b: Int32Array.of(-3), affineBits: 1 };
  const plan = planSite(shapeOf({ ...shape, truncationBits: 11 }), { mode: 'b' });
  assert.deepEqual(runSite(plan, input, 5).y, idealSite(plan.shape, z, input.zClient, idealCompare(scores, 32)));
});

test('every number of digits, and chunks', () => {
  const random = testRandom(9);
  for (const [gateCount, width, digitBits] of [
    [50, 8, 8],
    [50, 14, 8],
    [50, 14, 5],
    [50, 14, 4],
    [COMPARISONS_PER_CHUNK + 70, 4, 2],
  ] as const) {
    const window = { low: 0, high: width + 1 };
    const gateOf = Int32Array.from({ length: 70 }, (_, i) => gateCount - 1 - ((i * 3) % 50));
    const shape = shapeOf({ neurons: 70, gateCount, gateOf, ringBits: 16, truncationBits: 3 });
    const plan = planSite(shape, { mode: 'b', window, digitBits });
    const scores = randomRing(gateCount, width, random);
    const z = randomRing(70, 14, random);
    const input = { z, zClient: randomRing(70, 16, random), scores, scoresClient: randomRing(gateCount, 16, random) };
    const run = runSite(plan, input, 6);
    assert.deepEqual(run.gates, idealCompare(scores, 16));
    assert.deepEqual(run.y, idealSite(shape, z, input.zClient, run.gates));
  }
});
