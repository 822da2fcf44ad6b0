import assert from 'node:assert/strict';
import { test } from 'node:test';
import { idealCompare } from '@relent/crypto';
import { randomRing, runSite, testRandom } from './site-run.js';
import { comparisonsOnly, edgeValues } from './site-shapes.js';

function compare(scores: Int32Array, client: Int32Array, ringBits: number, digitBits: number): Uint8Array {
  const none = new Int32Array(0);
  const plan = comparisonsOnly(scores.length, ringBits, digitBits);
  return runSite(plan, { z: none, zClient: none, scores, scoresClient: client }, digitBits).gates;
}

for (const digitBits of [2, 3, 4]) {
  test(`all 65,536 share pairs at l = 8, digits of ${digitBits} bits`, () => {
    const client = Int32Array.from({ length: 65_536 }, (_, i) => ((i >> 8) << 24) >> 24);
    const scores = Int32Array.from({ length: 65_536 }, (_, i) => (i << 24) >> 24);
    const expected = idealCompare(scores, 8);
    // z - 1 wraps around for the most negative z alone; the range promise |z| < 2^(l-2) keeps it out.
    for (let i = 0; i < scores.length; i++) if (scores[i] === -128) expected[i] = 1;
    assert.deepEqual(compare(scores, client, 8, digitBits), expected);
  });
}

for (const ringBits of [8, 9, 14, 20, 24, 31, 32]) {
  test(`edges and random scores at l = ${ringBits}`, () => {
    const random = testRandom(ringBits);
    const edges = edgeValues(ringBits);
    const whole = randomRing(500, ringBits, random).map((value) => Math.max(value, 1 - 2 ** (ringBits - 1)));
    for (const digitBits of [2, 3, 4]) {
      for (const scores of [edges, edges, edges, whole]) {
        const client = randomRing(scores.length, ringBits, random);
        assert.deepEqual(compare(scores, client, ringBits, digitBits), idealCompare(scores, ringBits));
      }
      for (const share of [0, 1, -1, 2 ** (ringBits - 1) - 1, -(2 ** (ringBits - 1))]) {
        const client = new Int32Array(edges.length).fill(share);
        assert.deepEqual(compare(edges, client, ringBits, digitBits), idealCompare(edges, ringBits));
      }
    }
  });
}

test('the gate of zero is closed', () => {
  const client = randomRing(64, 32, testRandom(9));
  assert.ok(compare(new Int32Array(64), client, 32, 3).every((gate) => gate === 0));
});
