import assert from 'node:assert/strict';
import { test } from 'node:test';
import { andBits, packBits, unpackBits, wordsFor, xorBits } from '@relent/crypto';
import fc from 'fast-check';
import { packPlaneInto } from '../dist/bits.js';

const bits = fc.array(fc.integer({ min: 0, max: 1 }), { maxLength: 100 }).map((list) => Uint8Array.from(list));

test('unpackBits inverts packBits', () => {
  fc.assert(
    fc.property(bits, (list) => {
      const words = packBits(list);
      assert.equal(words.length, wordsFor(list.length));
      assert.deepEqual(unpackBits(words, list.length), list);
    }),
  );
});

test('xorBits and andBits work bit by bit', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.integer({ min: 0, max: 1 }), fc.integer({ min: 0, max: 1 })), { maxLength: 80 }),
      (pairs) => {
        const a = packBits(Uint8Array.from(pairs, ([x]) => x));
        const b = packBits(Uint8Array.from(pairs, ([, y]) => y));
        assert.deepEqual(
          [...unpackBits(xorBits(a, b), pairs.length)],
          pairs.map(([x, y]) => x ^ y),
        );
        assert.deepEqual(
          [...unpackBits(andBits(a, b), pairs.length)],
          pairs.map(([x, y]) => x & y),
        );
      },
    ),
  );
});

test('packPlaneInto gathers one bit of strided bytes', () => {
  const bytes = Uint8Array.from({ length: 120 }, (_, i) => (i * 37) & 255);
  const words = new Int32Array(3);
  packPlaneInto(words, 1, bytes, 2, 3, 4, 39);
  const expected = Uint8Array.from({ length: 39 }, (_, i) => (bytes[2 + 3 * i]! >> 4) & 1);
  assert.deepEqual(unpackBits(words.subarray(1), 39), expected);
  assert.equal(words[0], 0);
});
