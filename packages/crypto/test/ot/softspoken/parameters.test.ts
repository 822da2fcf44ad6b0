import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CHUNK_INSTANCES, chunkSizes, correctionBytes } from '../../../dist/ot/softspoken/parameters.js';

test('counts are rounded up to 128 and cut to chunks', () => {
  assert.deepEqual(chunkSizes(0), []);
  assert.deepEqual(chunkSizes(1), [128]);
  assert.deepEqual(chunkSizes(129), [256]);
  assert.deepEqual(chunkSizes(2 * CHUNK_INSTANCES + 1), [CHUNK_INSTANCES, CHUNK_INSTANCES, 128]);
  assert.equal(correctionBytes(128), 31 * 16);
});

test('counts must be natural numbers', () => {
  assert.throws(() => chunkSizes(-1), { name: 'RangeError', message: /^"count" expected a natural number up to/ });
});
