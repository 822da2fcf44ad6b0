import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkWeights, planConvolution } from '@relent/crypto';
import { square } from './geometries.js';

test('weights must have their plan’s length and norm', () => {
  const plan = planConvolution(square(2, 3, 1, 1, 2, 0), 32, 5, 'stem');
  checkWeights({ plan, weight: Int32Array.of(3, -4, 0, 5) });
  assert.throws(() => checkWeights({ plan, weight: Int32Array.of(3, 4, 5) }), {
    name: 'RangeError',
    message: '"weight" of "stem" expected length 4, got 3',
  });
  assert.throws(() => checkWeights({ plan, weight: Int32Array.of(3, 4, 1, 5) }), {
    name: 'RangeError',
    message: /^"weight" of "stem" expected a norm of at most 5, got 5\.09/,
  });
});
