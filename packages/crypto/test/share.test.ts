import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inspect } from 'node:util';
import { ArithmeticShare, BooleanShare } from '@relent/crypto';
import { randomRing, testRandom } from './gate/site-run.js';

test('arithmetic shares add up to the secret', () => {
  for (const l of [8, 20, 32]) {
    const secret = randomRing(50, l, testRandom(l));
    const [client, server] = ArithmeticShare.share(secret, l, testRandom(1));
    assert.deepEqual(ArithmeticShare.reveal(client, server), secret);
    assert.notDeepEqual(client.values, secret);
  }
});

test('Boolean shares XOR to the secret', () => {
  const secret = testRandom(3)
    .bytes(40)
    .map((byte) => byte & 1);
  const [client, server] = BooleanShare.share(secret, testRandom(4));
  assert.deepEqual(BooleanShare.reveal(client, server), secret);
});

test('shares of different vectors do not reveal', () => {
  const random = testRandom(5);
  const [a] = ArithmeticShare.share(new Int32Array(3), 32, random);
  const [b] = ArithmeticShare.share(new Int32Array(3), 31, random);
  assert.throws(() => ArithmeticShare.reveal(a, b), RangeError);
  const [c] = BooleanShare.share(new Uint8Array(2), random);
  const [d] = BooleanShare.share(new Uint8Array(3), random);
  assert.throws(() => BooleanShare.reveal(c, d), RangeError);
});

test('shares print sizes alone', () => {
  const [share] = ArithmeticShare.share(Int32Array.of(123456), 32, testRandom(6));
  assert.equal(`${share}`, 'ArithmeticShare(1 × Z_2^32)');
  assert.ok(!JSON.stringify(share).includes(`${share.values[0]}`));
  assert.ok(!inspect(share, { showHidden: false }).includes(`${share.values[0]}`));
  const [bits] = BooleanShare.share(Uint8Array.of(1), testRandom(7));
  assert.equal(`${bits}`, 'BooleanShare(1 bits)');
  assert.equal(JSON.stringify(bits), '{}');
});
