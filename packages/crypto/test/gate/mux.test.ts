import assert from 'node:assert/strict';
import { test } from 'node:test';
import { idealSite, planSite } from '@relent/crypto';
import { randomRing, runSite, testRandom } from './site-run.js';
import { shapeOf } from './site-shapes.js';

const none = new Int32Array(0);

test('all share pairs of |z| < 64 at l = 8 with all four pairs of gate shares', () => {
  const rows: [number, number, number][] = [];
  for (let z = -63; z <= 63; z++) {
    for (let share = -128; share < 128; share++) for (let gate = 0; gate < 4; gate++) rows.push([z, share, gate]);
  }
  const z = Int32Array.from(rows, ([value]) => value);
  const zClient = Int32Array.from(rows, ([, share]) => share);
  // Gates 4k … 4k + 3 hold the four share pairs; groups have about 100 neurons.
  const spread = 4 * 325;
  const gateOf = Int32Array.from(rows, ([, , gate], i) => (4 * ((i * 7) % 325) + gate) % spread);
  const client = Uint8Array.from({ length: spread }, (_, gate) => gate & 1);
  const server = Uint8Array.from({ length: spread }, (_, gate) => (gate >> 1) & 1);
  for (const truncationBits of [0, 3]) {
    const plan = planSite(
      shapeOf({ neurons: rows.length, gateCount: spread, gateOf, source: 'given', ringBits: 8, truncationBits }),
    );
    const run = runSite(plan, { z, zClient, scores: none, scoresClient: none, given: { client, server } }, 1);
    const gates = client.map((bit, gate) => bit ^ server[gate]!);
    assert.deepEqual(run.y, idealSite(plan.shape, z, zClient, gates));
  }
});

test('groups of 0, 1, 2 and 1000 neurons', () => {
  const neurons = 1003;
  const gateOf = Int32Array.from({ length: neurons }, (_, i) => (i === 500 ? 1 : i % 501 === 7 ? 2 : 3));
  const random = testRandom(4);
  const z = randomRing(neurons, 30, random);
  const zClient = randomRing(neurons, 32, random);
  const plan = planSite(shapeOf({ neurons, gateCount: 4, gateOf, source: 'given' }));
  assert.deepEqual([...plan.groups.gates], [1, 2, 3]);
  for (let gates = 0; gates < 16; gates++) {
    const server = Uint8Array.of(0, 1, 1, 0);
    const client = server.map((bit, gate) => bit ^ ((gates >> gate) & 1));
    const run = runSite(plan, { z, zClient, scores: none, scoresClient: none, given: { client, server } }, gates);
    const open = Uint8Array.of(gates & 1, (gates >> 1) & 1, (gates >> 2) & 1, (gates >> 3) & 1);
    assert.deepEqual(run.y, idealSite(plan.shape, z, zClient, open));
  }
});
