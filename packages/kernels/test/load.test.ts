import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadKernels, loadKernelsAsync } from '@relent/kernels';

test('both ways of loading give the same kernels', async () => {
  const key = new Uint8Array(32).fill(3);
  const sync = loadKernels();
  const later = await loadKernelsAsync();
  assert.equal(sync.name, 'wasm');
  assert.deepEqual(sync.keystream(key, 1, 99), later.keystream(key, 1, 99));
});

test('every load makes an instance of its own', () => {
  assert.notEqual(loadKernels(), loadKernels());
});
