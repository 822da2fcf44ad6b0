import assert from 'node:assert/strict';
import { test } from 'node:test';
import { groupNeurons, groupSizes } from '@relent/crypto';

test('groups list every gated neuron once, by gate', () => {
  const groups = groupNeurons(Int32Array.of(2, -1, 0, 2, 0, 2), 4);
  assert.deepEqual([...groups.gates], [0, 2]);
  assert.deepEqual([...groups.start], [0, 2, 5]);
  assert.deepEqual([...groups.neurons], [2, 4, 0, 3, 5]);
  assert.deepEqual([...groupSizes(groups)], [2, 3]);
  assert.throws(() => groupNeurons(Int32Array.of(4), 4), RangeError);
  assert.throws(() => groupNeurons(Int32Array.of(-2), 4), RangeError);
});
