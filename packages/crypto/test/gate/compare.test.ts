import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type CompareOptions, type CompareWindow, idealCompare, idealWindowCompare } from '@relent/crypto';
import { randomRing, runSite, testRandom } from './site-run.js';
import { comparisonsOnly, edgeValues } from './site-shapes.js';

function compare(scores: Int32Array, client: Int32Array, ringBits: number, options: CompareOptions = {}): Uint8Array {
  const none = new Int32Array(0);
  const plan = comparisonsOnly(scores.length, ringBits, options);
  return runSite(plan, { z: none, zClient: none, scores, scoresClient: client }, 3).gates;
}

/** Every digit size with two levels, and with one level those sizes that make at most four digits. */
function variants(width: number): CompareOptions[] {
  const sizes = [2, 3, 4, 5, 6, 7, 8];
  const flat = sizes.filter((digitBits) => Math.ceil(width / digitBits) <= 4);
  return [
    ...sizes.map((digitBits): CompareOptions => ({ digitBits })),
    ...flat.map((digitBits): CompareOptions => ({ digitBits, levels: 1 })),
  ];
}

const nameOf = ({ digitBits, levels = 2 }: CompareOptions): string =>
  levels === 1 ? 'one level' : `digits of ${digitBits} bits`;

const allClient = Int32Array.from({ length: 65_536 }, (_, i) => ((i >> 8) << 24) >> 24);
const allScores = Int32Array.from({ length: 65_536 }, (_, i) => (i << 24) >> 24);

for (const options of [
  { digitBits: 2 },
  { digitBits: 3 },
  { digitBits: 4 },
  { digitBits: 7 },
  { levels: 1 } as const,
]) {
  test(`all 65,536 share pairs at l = 8, ${nameOf(options)}`, () => {
    const expected = idealCompare(allScores, 8);
    // z - 1 wraps around for the most negative z alone; the range promise |z| < 2^(l-2) keeps it out.
    for (let i = 0; i < allScores.length; i++) if (allScores[i] === -128) expected[i] = 1;
    assert.deepEqual(compare(allScores, allClient, 8, options), expected);
  });
}

for (const window of [
  { low: 0, high: 6 },
  { low: 2, high: 8 },
  { low: 3, high: 7 },
  { low: 6, high: 8 },
]) {
  test(`all 65,536 share pairs at l = 8, bits [${window.low}, ${window.high})`, () => {
    const expected = idealWindowCompare(allScores, allClient, window);
    assert.deepEqual(compare(allScores, allClient, 8, { window }), expected);
  });
}

test('a window is exact for |z| <= 2^(high-1) - 2^low, but for scores from 1 to 2^low - 1, which may close', () => {
  for (const window of [
    { low: 0, high: 6 },
    { low: 3, high: 7 },
    { low: 2, high: 8 },
  ]) {
    const open = new Map<number, number>();
    const gates = idealWindowCompare(allScores, allClient, window);
    allScores.forEach((z, i) => {
      open.set(z, (open.get(z) ?? 0) + gates[i]!);
    });
    const unit = 2 ** window.low;
    const limit = 2 ** (window.high - 1) - unit;
    for (let z = -limit; z <= limit; z++) {
      const share = z <= 0 ? 0 : Math.min(1, z / unit);
      assert.equal(open.get(z), 256 * share, `z = ${z}, bits [${window.low}, ${window.high})`);
    }
  }
});

for (const ringBits of [9, 20, 31, 32]) {
  test(`edges and random scores at l = ${ringBits}`, () => {
    const random = testRandom(ringBits);
    const edges = edgeValues(ringBits);
    const whole = randomRing(500, ringBits, random).map((value) => Math.max(value, 1 - 2 ** (ringBits - 1)));
    for (const options of variants(ringBits - 1)) {
      for (const scores of [edges, whole]) {
        const client = randomRing(scores.length, ringBits, random);
        assert.deepEqual(compare(scores, client, ringBits, options), idealCompare(scores, ringBits));
      }
      for (const share of [0, -1, -(2 ** (ringBits - 1))]) {
        const client = new Int32Array(edges.length).fill(share);
        assert.deepEqual(compare(edges, client, ringBits, options), idealCompare(edges, ringBits));
      }
    }
  });
}

test('10,000 random cases and the edges at l = 32, for every variant of whole ring and window', () => {
  const random = testRandom(77);
  const windows: CompareWindow[] = [
    { low: 0, high: 32 },
    { low: 12, high: 28 },
    { low: 16, high: 32 },
  ];
  for (const window of windows) {
    const limit = 2 ** (window.high - 1) - 2 ** window.low;
    const edges = [...edgeValues(32), limit, -limit, 2 ** window.low, 2 ** window.low - 1];
    const scores = Int32Array.from([...edges, ...randomRing(10_000, window.high, random)], (z) =>
      Math.max(-limit, Math.min(limit, z)),
    );
    const client = randomRing(scores.length, 32, random);
    const expected = idealWindowCompare(scores, client, window);
    if (window.low === 0) assert.deepEqual(expected, idealCompare(scores, 32));
    for (const options of [{ digitBits: 3 }, { digitBits: 4 }, { digitBits: 6 }, { digitBits: 8, levels: 1 }] as const)
      assert.deepEqual(compare(scores, client, 32, { ...options, window }), expected);
  }
});

test('the gate of zero is closed', () => {
  const client = randomRing(64, 32, testRandom(9));
  for (const options of variants(31)) {
    assert.ok(compare(new Int32Array(64), client, 32, options).every((gate) => gate === 0));
  }
});
