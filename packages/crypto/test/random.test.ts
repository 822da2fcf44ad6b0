import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadKernels } from '@relent/kernels';
import fc from 'fast-check';
import { seededRandom } from '../dist/random.js';

const kernels = loadKernels();
const seed = Uint8Array.from({ length: 32 }, (_, i) => i);

test('is the keystream of the seed however the draws are cut', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(200)), (sizes) => {
      const random = seededRandom(kernels, seed);
      const drawn = sizes.flatMap((size) => [...random.bytes(size)]);
      assert.deepEqual(Uint8Array.from(drawn), kernels.keystream(seed, 0, drawn.length));
    }),
  );
});

test('neither the seed’s nor a result’s later changes matter', () => {
  const own = seed.slice();
  const random = seededRandom(kernels, own);
  own.fill(0);
  random.bytes(10).fill(0);
  assert.deepEqual(random.bytes(10), kernels.keystream(seed, 0, 20).slice(10));
});

test('refuses bad seeds and counts', () => {
  assert.throws(() => seededRandom(kernels, new Uint8Array(16)), {
    name: 'RangeError',
    message: '"seed" expected 32 bytes, got 16',
  });
  assert.throws(() => seededRandom(kernels, seed).bytes(-1), { name: 'RangeError' });
  assert.throws(() => seededRandom(kernels, seed).bytes(1.5), { name: 'RangeError' });
});
