import assert from 'node:assert/strict';
import { test } from 'node:test';
import { referenceKernels } from '@relent/kernels';
import { receiverBatch, senderBatch } from '../../dist/ot/batch.js';

const domains = { row: new Uint8Array(16).fill(1), bit: new Uint8Array(16).fill(2) };
const delta = new Uint8Array(16).fill(9);

test('rows are kept or expanded, then wiped', () => {
  const rows = new Uint8Array(32).fill(5);
  const batch = senderBatch(referenceKernels, rows, 7, delta, domains);
  assert.equal(batch.count, 2);
  assert.equal(batch.first, 7);
  assert.deepEqual(batch.authenticate(), { rows: new Uint8Array(32).fill(5), delta, domain: domains.bit });
  batch.expand(4);
  assert.deepEqual(rows, new Uint8Array(32));
  assert.throws(() => batch.authenticate(), { name: 'ProtocolError', code: 'reused' });
});

test('an expansion that fails does not count', () => {
  const batch = receiverBatch(referenceKernels, new Uint8Array(16).fill(5), Uint8Array.of(1), 0, domains);
  assert.throws(() => batch.expand(new Uint32Array(2)), RangeError);
  assert.equal(batch.expand(4).length, 4);
});
