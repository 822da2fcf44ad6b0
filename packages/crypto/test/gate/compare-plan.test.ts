import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compareBits, planCompare } from '@relent/crypto';

test('digits cover the l - 1 low bits without gap or overlap', () => {
  for (let l = 8; l <= 32; l++) {
    for (const digitBits of [2, 3, 4]) {
      const { digits } = planCompare(l, { digitBits });
      let next = 0;
      for (const { shift, bits } of digits) {
        assert.equal(shift, next);
        assert.ok(bits >= 1 && bits <= digitBits);
        next += bits;
      }
      assert.equal(next, l - 1);
      assert.deepEqual(
        digits.map(({ functions }) => functions),
        digits.map((_, j) => (j === 0 ? 1 : 2)),
      );
    }
  }
});

test('the table of docs/protocols.md: bits per comparison', () => {
  const row = (l: number, digitBits: number): number[] => {
    const bits = compareBits(planCompare(l, { digitBits }));
    return [bits.leafDown, bits.openingsUp, bits.openingsDown, bits.correctionsUp, bits.choicesDown, bits.rots];
  };
  assert.deepEqual(row(32, 2), [58, 33, 6, 544, 13, 77]);
  assert.deepEqual(row(32, 3), [47, 22, 6, 1092, 6, 59]);
  assert.deepEqual(row(32, 4), [40, 15, 6, 3288, 4, 50]);
  assert.deepEqual(row(24, 3), [32, 15, 6, 808, 4, 42]);
});

test('every product splits into two earlier factors of at most two variables each', () => {
  const { lower, upper } = planCompare(32);
  for (const node of [...lower, upper!]) {
    const size = (index: number): number =>
      index < node.variables.length
        ? 1
        : size(node.products[index - node.variables.length]!.left) +
          size(node.products[index - node.variables.length]!.right);
    node.products.forEach(({ left, right }, p) => {
      for (const factor of [left, right]) {
        assert.ok(factor < node.variables.length + p);
        assert.ok(size(factor) <= 2);
        assert.ok(factor < node.variables.length || node.composites.includes(factor));
      }
    });
  }
});

test('parameters out of range are refused', () => {
  assert.throws(() => planCompare(33), RangeError);
  assert.throws(() => planCompare(7), RangeError);
  for (const digitBits of [1, 5, 2.5]) assert.throws(() => planCompare(32, { digitBits }), RangeError);
});
