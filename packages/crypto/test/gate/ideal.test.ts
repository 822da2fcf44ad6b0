import assert from 'node:assert/strict';
import { test } from 'node:test';
import { idealCompare, idealSite, idealTruncate } from '@relent/crypto';
import { shapeOf } from './site-shapes.js';

test('the gate opens above zero', () => {
  assert.deepEqual([...idealCompare(Int32Array.of(-1, 0, 1, 255), 8)], [0, 0, 1, 0]);
});

test('truncation rounds down or up, as the low bits of the shares say', () => {
  const z = Int32Array.of(7, 7, -7, -7);
  assert.deepEqual([...idealTruncate(z, Int32Array.of(3, 4, 1, 2), 2, 32)], [2, 2, -1, -2]);
  assert.deepEqual([...idealTruncate(Int32Array.of(4, 4), Int32Array.of(0, 1), 2, 32)], [2, 1]);
  assert.deepEqual([...idealTruncate(z, z, 0, 32)], [...z]);
});

test('a site multiplies by b + a · d, or by 2^t without gate', () => {
  const shape = shapeOf({
    neurons: 4,
    gateCount: 2,
    gateOf: Int32Array.of(0, 1, -1, 0),
    a: Int32Array.of(3, -2),
    b: Int32Array.of(1, 5),
    neuronsPerChannel: 2,
    affineBits: 2,
    truncationBits: 0,
  });
  const z = Int32Array.of(10, 10, 10, 10);
  assert.deepEqual([...idealSite(shape, z, new Int32Array(4), Uint8Array.of(1, 0))], [40, 10, 40, 30]);
});
