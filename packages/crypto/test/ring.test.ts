import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkRingBits, reduce, reduceInto, reduceUnsigned } from '@relent/crypto';
import fc from 'fast-check';
import { negateIf, select, signBit } from '../dist/ring.js';

const ringBits = fc.integer({ min: 8, max: 32 });
const modulo = (value: number, l: number): bigint => BigInt.asIntN(l, BigInt(value));

test('reduce gives the signed representative, also for sums beyond 32 bits', () => {
  fc.assert(
    fc.property(fc.integer({ min: -(2 ** 40), max: 2 ** 40 }), ringBits, (value, l) => {
      assert.equal(BigInt(reduce(value, l)), modulo(value, l));
      assert.equal(BigInt(reduceUnsigned(value, l)), BigInt.asUintN(l, BigInt(value)));
      assert.equal(signBit(value, l), reduce(value, l) < 0 ? 1 : 0);
    }),
  );
});

test('reduceInto reduces every element in place', () => {
  const values = Int32Array.of(127, 128, -129, 256);
  assert.equal(reduceInto(values, 8), values);
  assert.deepEqual([...values], [127, -128, 127, 0]);
});

test('select and negateIf equal their branching twins', () => {
  fc.assert(
    fc.property(fc.integer(), fc.integer({ min: 0, max: 1 }), (value, bit) => {
      assert.equal(select(bit, value), bit === 1 ? value : 0);
      assert.equal(negateIf(bit, value), bit === 1 ? -value | 0 : value);
    }),
  );
});

test('ring sizes outside 8..32 are refused', () => {
  for (const l of [7, 33, 16.5, Number.NaN]) assert.throws(() => checkRingBits(l), RangeError);
  checkRingBits(8);
  checkRingBits(32);
});
