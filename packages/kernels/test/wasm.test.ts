import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadKernels, referenceKernels } from '@relent/kernels';
import { ferretSuite } from './ferret-suite.js';
import { kernelsSuite, ringWords } from './kernels-suite.js';

const kernels = loadKernels();
kernelsSuite(kernels);
ferretSuite(kernels);

test('row hashes longer than one slab join without a seam', () => {
  const count = 9000;
  const rows = new Uint8Array(ringWords(4 * count, 5).buffer);
  const domain = new Uint8Array(16);
  // Lengths around the slab size, so that cuts fall between rows of different lengths.
  const lengths = Uint32Array.from({ length: count }, (_, j) => (j % 3000 === 0 ? 700_000 : j % 5));
  const got = kernels.hashRows(rows, domain, domain, 77, lengths);
  let at = 0;
  for (let j = 0; j < count; j++) {
    const length = lengths[j]!;
    if (j % 250 === 1 || j % 3000 < 3) {
      const row = rows.subarray(16 * j, 16 * j + 16);
      const checked = Math.min(length, 100);
      const expected = referenceKernels.hashRows(row, null, domain, 77 + j, checked);
      assert.deepEqual(got.slice(at, at + checked), expected, `row ${j}`);
    }
    at += length;
  }
  assert.equal(at, got.length);
});

test('results stay intact when later calls reuse or grow the memory', () => {
  const key = new Uint8Array(32);
  const first = kernels.keystream(key, 0, 100);
  const copy = first.slice();
  kernels.keystream(key, 9, 1 << 25);
  assert.deepEqual(first, copy);
});

test('operands may be views into larger buffers', () => {
  const large = new Uint8Array(ringWords(64, 3).buffer);
  const domain = large.subarray(1, 17);
  const rows = large.subarray(19, 19 + 32);
  assert.deepEqual(
    kernels.hashRows(rows, null, domain, 0, 5),
    kernels.hashRows(rows.slice(), null, domain.slice(), 0, 5),
  );
});
