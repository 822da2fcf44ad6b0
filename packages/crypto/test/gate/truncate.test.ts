import assert from 'node:assert/strict';
import { test } from 'node:test';
import { idealTruncate, planSite } from '@relent/crypto';
import { randomRing, runSite, testRandom } from './site-run.js';
import { edgeValues, shapeOf } from './site-shapes.js';

const none = new Int32Array(0);

function truncate(z: Int32Array, client: Int32Array, bits: number, ringBits: number): Int32Array {
  const plan = planSite(shapeOf({ neurons: z.length, truncationBits: bits, ringBits }));
  return runSite(plan, { z, zClient: client, scores: none, scoresClient: none }, bits).y;
}

test('all share pairs of |z| < 64 at l = 8, all shifts', () => {
  const pairs: [number, number][] = [];
  for (let z = -63; z <= 63; z++) for (let share = -128; share < 128; share++) pairs.push([z, share]);
  const z = Int32Array.from(pairs, ([value]) => value);
  const client = Int32Array.from(pairs, ([, share]) => share);
  for (let bits = 0; bits <= 6; bits++) {
    assert.deepEqual(truncate(z, client, bits, 8), idealTruncate(z, client, bits, 8));
  }
});

for (const ringBits of [20, 24, 31, 32]) {
  test(`edges at l = ${ringBits}`, () => {
    const z = edgeValues(ringBits);
    for (const bits of [0, 1, 7, 8, 12, 17, ringBits - 2]) {
      const client = randomRing(z.length, ringBits, testRandom(bits));
      assert.deepEqual(truncate(z, client, bits, ringBits), idealTruncate(z, client, bits, ringBits));
    }
  });
}

test('the error is 0 or 1 in the last place', () => {
  const z = edgeValues(32);
  const x = truncate(z, randomRing(z.length, 32, testRandom(2)), 10, 32);
  assert.ok(z.every((value, i) => [0, 1].includes(x[i]! - (value >> 10))));
});

test('over all client shares the mean is (z + 1) / 2^f', () => {
  const client = Int32Array.from({ length: 256 }, (_, share) => share - 128);
  for (const value of [-63, -5, 0, 1, 37]) {
    const sum = truncate(new Int32Array(256).fill(value), client, 3, 8).reduce((total, x) => total + x, 0);
    assert.equal(sum / 256, (value + 1) / 8);
  }
});
