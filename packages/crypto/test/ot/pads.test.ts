import assert from 'node:assert/strict';
import { test } from 'node:test';
import { padOffsets } from '../../dist/ot/pads.js';

test('offsets of even and ragged lengths', () => {
  assert.deepEqual(padOffsets(3, 4), Float64Array.of(0, 3, 6, 9, 12));
  assert.deepEqual(padOffsets(Uint32Array.of(5, 0, 2), 3), Float64Array.of(0, 5, 5, 7));
  assert.deepEqual(padOffsets(9, 0), Float64Array.of(0));
});

test('offsets pass 2^32', () => {
  assert.equal(padOffsets(Uint32Array.of(2 ** 32 - 1, 2), 2)[2], 2 ** 32 + 1);
});

test('refuses lengths that do not fit', () => {
  assert.throws(() => padOffsets(Uint32Array.of(1), 2), { message: '"lengths" expected 2 entries, got 1' });
  assert.throws(() => padOffsets(-1, 2), RangeError);
});
