import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ringReduce } from '@relent/graph';

test('reduction gives the sign-extended representative, in place', () => {
  const values = Int32Array.of(0, 127, 128, 255, 256, -128, -129, 2 ** 31 - 1, -(2 ** 31));
  assert.equal(ringReduce(values, 8), values);
  assert.deepEqual([...values], [0, 127, -128, -1, 0, -128, 127, -1, 0]);
});

test('in the ring of 32 bits nothing changes', () => {
  assert.deepEqual([...ringReduce(Int32Array.of(2 ** 31 - 1, -(2 ** 31)), 32)], [2 ** 31 - 1, -(2 ** 31)]);
});
