import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { seededPermutation, splitValidation } from '../dist/data/split.js';

describe('splitValidation', () => {
  const all = {
    images: Uint8Array.from({ length: 40 }, (_, i) => i),
    labels: Int32Array.from({ length: 20 }, (_, i) => i),
  };

  it('gives the same split for the same seed, today and always', () => {
    assert.deepEqual([...seededPermutation(8, 1)], [...seededPermutation(8, 1)]);
    assert.deepEqual([...splitValidation(all, 5, 1).validation.labels], [3, 6, 11, 13, 18]);
  });

  it('parts the images without loss, each with its label', () => {
    fc.assert(
      fc.property(fc.nat(19), fc.nat(), (count, seed) => {
        const { train, validation } = splitValidation(all, count, seed);
        assert.equal(validation.count, count);
        const labels = [...train.labels, ...validation.labels].sort((a, b) => a - b);
        assert.deepEqual(labels, [...all.labels]);
        for (const part of [train, validation])
          for (const [i, label] of part.labels.entries())
            assert.deepEqual([...part.images.subarray(2 * i, 2 * i + 2)], [2 * label, 2 * label + 1]);
      }),
    );
  });

  it('rejects a validation split that leaves nothing', () => {
    assert.throws(() => splitValidation(all, 20, 1), {
      name: 'RangeError',
      message: /"validation" expected an integer in \[0, 20\), got 20/,
    });
  });
});
