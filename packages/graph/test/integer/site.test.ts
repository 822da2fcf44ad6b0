import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  gateSite,
  type IntegerGates,
  quadraticSite,
  ringReduce,
  siteDecisions,
  siteScores,
  truncateSite,
} from '@relent/graph';
import { seeded } from '../random-model.js';
import { randomRing } from './random-integers.js';

/** Truncation as the two parties do it: the server adds 2^(l-2), each shifts its own share, one is added. */
function truncateShares(client: number, server: number, bits: number, ringBits: number): number {
  const ring = 2 ** ringBits;
  const modulo = (value: number) => ((value % ring) + ring) % ring;
  const c = modulo(client);
  const s = modulo(server + ring / 4);
  const wrap = c + s >= ring ? 1 : 0;
  const sum =
    Math.floor(c / 2 ** bits) +
    Math.floor(s / 2 ** bits) -
    wrap * 2 ** (ringBits - bits) -
    2 ** (ringBits - 2 - bits) +
    1;
  return modulo(sum) >= ring / 2 ? modulo(sum) - ring : modulo(sum);
}

const gates: IntegerGates = {
  shape: [2, 1, 3],
  comparisons: 2,
  scoreStart: Int32Array.of(0, 2, 3),
  scoreNeuron: Int32Array.of(0, 3, 5),
  scoreWeight: Int32Array.of(3, -2, 1),
  source: null,
  gateOf: Int32Array.of(0, 1, -1, 0, 0, -1),
  a: Int32Array.of(5, -3),
  b: Int32Array.of(1, 2),
  affineBits: 2,
  dropped: null,
};

test('truncation agrees with that of two parties, for all shares of the ring of 8 bits', () => {
  for (let bits = 1; bits <= 6; bits++)
    for (let z = -63; z < 64; z++)
      for (let client = -128; client < 128; client++) {
        const [got] = truncateSite(Int32Array.of(z), bits, Int32Array.of(client));
        if (got !== truncateShares(client, z - client, bits, 8)) assert.fail(`z ${z}, share ${client}, ${bits} bits`);
      }
});

test('truncation agrees with that of two parties at the edges of every ring', () => {
  const random = seeded(1);
  for (let ringBits = 20; ringBits <= 32; ringBits++)
    for (const bits of [1, 7, ringBits - 2])
      for (const z of [0, 1, -1, 2 ** bits, -(2 ** bits), 2 ** (ringBits - 2) - 1, 1 - 2 ** (ringBits - 2)])
        for (const client of randomRing(20, ringBits, random)) {
          const [got] = truncateSite(Int32Array.of(z), bits, Int32Array.of(client));
          assert.equal(got, truncateShares(client, z - client, bits, ringBits));
        }
});

test('without shares truncation rounds down, and by no bits it changes nothing', () => {
  assert.deepEqual([...truncateSite(Int32Array.of(7, -7, -8, 8), 3, null)], [0, -1, -1, 1]);
  assert.deepEqual([...truncateSite(Int32Array.of(7, -7), 0, Int32Array.of(5, -3))], [7, -7]);
});

test('scores are sparse sums, and shares of values give shares of scores', () => {
  const z = Int32Array.of(10, 0, 0, 4, 0, -7);
  assert.deepEqual([...siteScores(gates, z, 32)], [22, -7]);
  const random = seeded(2);
  for (const ringBits of [8, 21, 32]) {
    const client = randomRing(6, ringBits, random);
    const server = ringReduce(
      z.map((value, i) => value - client[i]!),
      ringBits,
    );
    const [c, s] = [siteScores(gates, client, ringBits), siteScores(gates, server, ringBits)];
    assert.deepEqual(
      ringReduce(
        c.map((value, g) => value + s[g]!),
        ringBits,
      ),
      siteScores(gates, z, ringBits),
    );
  }
});

test('a decision is strict: zero gives zero', () => {
  assert.deepEqual([...siteDecisions(Int32Array.of(0, 1, -1, 2 ** 31 - 1, -(2 ** 31)))], [0, 1, 0, 1, 0]);
});

test('a gated neuron takes b or a + b, one without gate keeps the scale', () => {
  const none = new Int32Array(0);
  const x = Int32Array.of(1, 10, 100, 1, 10, 100);
  assert.deepEqual([...gateSite(gates, x, none, Uint8Array.of(1, 0), 32)], [6, 10, 400, -1, -10, 400]);
  assert.deepEqual([...gateSite(gates, x, none, Uint8Array.of(0, 1), 32)], [1, 60, 400, 2, 20, 400]);
  assert.deepEqual([...gateSite(gates, x, none, Uint8Array.of(0, 1), 8)], [1, 60, -112, 2, 20, -112]);
});

test('a quadratic squares what is truncated further, and truncates the sum', () => {
  const dropped = {
    c2: Int32Array.of(3, -5),
    c1: Int32Array.of(-7, 11),
    c0: Int32Array.of(40, -9),
    squareBits: 1,
    outerBits: 3,
  };
  const quadratic = { ...gates, dropped };
  for (let value = -90; value <= 90; value++) {
    const z = new Int32Array(6).fill(value);
    const x = truncateSite(z, 2, null);
    const sums = [0, 1].map(
      (c) => dropped.c2[c]! * Math.floor(value / 8) ** 2 + dropped.c1[c]! * Math.floor(value / 4) + dropped.c0[c]!,
    );
    const floors = quadraticSite(quadratic, z, 2, x, null, 32);
    assert.deepEqual(
      [...floors],
      sums.map((sum) => Math.floor(sum / 8)),
    );
    const y = gateSite(quadratic, x, floors, Uint8Array.of(0, 0), 32);
    assert.deepEqual([y[2], y[5]], [...floors]);
    // Shares whose low bits are zero round every truncation up.
    const shares = { z: new Int32Array(6), values: new Int32Array(2) };
    const carried = quadraticSite(quadratic, z, 2, truncateSite(z, 2, shares.z), shares, 32);
    const carry = (of: number, bits: number) => Math.floor(of / 2 ** bits) + 1;
    const expected = [0, 1].map((c) =>
      carry(dropped.c2[c]! * carry(value, 3) ** 2 + dropped.c1[c]! * carry(value, 2) + dropped.c0[c]!, 3),
    );
    assert.deepEqual([...carried], expected);
  }
});
