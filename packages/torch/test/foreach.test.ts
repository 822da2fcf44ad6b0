import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  foreachAdd,
  foreachAdd_,
  foreachAddcdiv_,
  foreachAddcmul_,
  foreachDiv_,
  foreachMul,
  foreachMul_,
  foreachNorm,
  foreachSqrt,
  foreachSqrt_,
  foreachSub_,
  foreachZero_,
  scope,
  type Tensor,
  tensor,
} from '@relent/torch';

const lists = () =>
  [
    [tensor([4, 9]), tensor([16])],
    [tensor([1, 2]), tensor([3])],
  ] as const;
const values = (list: readonly Tensor[]) => list.map((item) => item.toNumbers());

test('each operator does to a list what its name says', () => {
  const cases: [(a: Tensor[], b: Tensor[]) => void, number[][]][] = [
    [(a, b) => foreachAdd_(a, b, 2), [[6, 13], [22]]],
    [(a) => foreachAdd_(a, 1), [[5, 10], [17]]],
    [(a, b) => foreachSub_(a, b), [[3, 7], [13]]],
    [(a) => foreachSub_(a, 1, 2), [[2, 7], [14]]],
    [(a, b) => foreachMul_(a, b), [[4, 18], [48]]],
    [(a) => foreachMul_(a, 0.5), [[2, 4.5], [8]]],
    [(a) => foreachDiv_(a, 2), [[2, 4.5], [8]]],
    [(a, b) => foreachDiv_(a, b), [[4, 4.5], [16 / 3]]],
    [(a, b) => foreachAddcmul_(a, b, b, -1), [[3, 5], [7]]],
    [(a, b) => foreachAddcdiv_(a, b, b, 3), [[7, 12], [19]]],
    [(a) => foreachSqrt_(a), [[2, 3], [4]]],
    [(a) => foreachZero_(a), [[0, 0], [0]]],
  ];
  for (const [run, expected] of cases)
    scope(() => {
      const [a, b] = lists();
      run([...a], [...b]);
      assert.deepEqual(values(a).flat().map(Math.fround), expected.flat().map(Math.fround), String(run));
      assert.deepEqual(values(b), [[1, 2], [3]]);
    });
});

test('the variants without underscore leave their arguments alone', () => {
  scope(() => {
    const [a, b] = lists();
    assert.deepEqual(values(foreachAdd(a, b)), [[5, 11], [19]]);
    assert.deepEqual(values(foreachMul(a, 2)), [[8, 18], [32]]);
    assert.deepEqual(values(foreachSqrt(a)), [[2, 3], [4]]);
    assert.deepEqual(values(foreachNorm(b)), [[Math.fround(Math.sqrt(5))], [3]]);
    assert.deepEqual(values(a), [[4, 9], [16]]);
  });
});

test('empty lists are nothing to do', () => {
  foreachAdd_([], []);
  foreachMul_([], 2);
  assert.deepEqual(foreachSqrt([]), []);
});
