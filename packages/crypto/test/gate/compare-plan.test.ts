import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type CompareOptions, compareBits, planCompare } from '@relent/crypto';

test('digits cover the bits of every window below its sign, without gap or overlap', () => {
  for (let l = 8; l <= 32; l++) {
    for (let digitBits = 2; digitBits <= 8; digitBits++) {
      for (const low of [0, 1, l - 2]) {
        const { digits, width } = planCompare(l, { digitBits, window: { low, high: l } });
        assert.equal(width, l - low - 1);
        let next = 0;
        for (const { shift, bits } of digits) {
          assert.equal(shift, next);
          assert.ok(bits >= 1 && bits <= digitBits);
          next += bits;
        }
        assert.equal(next, width);
        assert.deepEqual(
          digits.map(({ functions }) => functions),
          digits.map((_, j) => (j === 0 ? 1 : 2)),
        );
      }
    }
  }
});

test('the table of docs/protocols.md: bits per comparison', () => {
  const row = (l: number, options: CompareOptions): number[] => {
    const bits = compareBits(planCompare(l, options));
    return [bits.leafDown, bits.openingsUp, bits.openingsDown, bits.correctionsUp, bits.choicesDown, bits.rots];
  };
  assert.deepEqual(row(32, { digitBits: 2 }), [58, 33, 6, 310, 13, 77]);
  assert.deepEqual(row(32, { digitBits: 3 }), [47, 22, 6, 312, 6, 59]);
  assert.deepEqual(row(32, {}), [40, 15, 6, 496, 4, 50]);
  assert.deepEqual(row(32, { digitBits: 6 }), [35, 10, 6, 1032, 3, 44]);
  assert.deepEqual(row(32, { levels: 1 }), [37, 6, 0, 6046, 2, 39]);
  assert.deepEqual(row(24, {}), [27, 10, 6, 352, 3, 36]);
  assert.deepEqual(row(24, { levels: 1 }), [29, 6, 0, 1150, 2, 31]);
  const window = { low: 12, high: 28 };
  assert.deepEqual(row(32, { window, levels: 1 }), [21, 6, 0, 214, 2, 23]);
  assert.deepEqual(row(32, { window, levels: 1, digitBits: 5 }), [19, 4, 0, 410, 1, 20]);
  assert.deepEqual(row(32, { window, levels: 1, digitBits: 8 }), [17, 2, 0, 1922, 0, 17]);
});

test('one level has one node, so that nothing is opened in message 3', () => {
  for (let l = 8; l <= 32; l++) {
    const plan = planCompare(l, { levels: 1 });
    assert.equal(plan.upper, null);
    assert.equal(plan.lower.length, 1);
    assert.equal(compareBits(plan).openingsDown, 0);
  }
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
  for (const digitBits of [1, 9, 2.5]) assert.throws(() => planCompare(32, { digitBits }), RangeError);
  assert.throws(() => planCompare(32, { levels: 1, digitBits: 7 }), /at least 8 for one level/);
  for (const [low, high] of [
    [-1, 8],
    [0, 33],
    [8, 9],
    [0.5, 8],
  ] as const) {
    assert.throws(() => planCompare(32, { window: { low, high } }), /"window"/);
  }
});
