import assert from 'node:assert/strict';
import { createCipheriv } from 'node:crypto';
import { test } from 'node:test';
import { referenceChacha, referenceChachaBlock, referenceKernels } from '@relent/kernels';
import fc from 'fast-check';
import { ferretSuite } from './ferret-suite.js';
import { kernelsSuite } from './kernels-suite.js';

kernelsSuite(referenceKernels);
ferretSuite(referenceKernels);

test('with 20 rounds the keystream is that of node:crypto', () => {
  const key = fc.uint8Array({ minLength: 32, maxLength: 32 });
  fc.assert(
    fc.property(key, fc.nat(2 ** 31), fc.maxSafeNat(), fc.nat(300), (bytes, counter, nonce, length) => {
      const iv = new Uint8Array(16);
      const view = new DataView(iv.buffer);
      view.setUint32(0, counter, true);
      view.setBigUint64(8, BigInt(nonce), true);
      const expected = createCipheriv('chacha20', bytes, iv).update(new Uint8Array(length));
      assert.deepEqual(referenceChacha(bytes, counter, nonce, length, 20), new Uint8Array(expected));
    }),
  );
});

test('the 20-round keystream is that of RFC 8439, appendix A.1, test vector 1', () => {
  const expected =
    '76b8e0ada0f13d90405d6ae55386bd28bdd219b8a08ded1aa836efcc8b770dc7' +
    'da41597c5157488d7724e03fb8d84a376a43b8f41518a11cc387b669b2ee6586';
  const block = referenceChachaBlock(new Uint8Array(32), 0, 0, 20);
  assert.equal(Buffer.from(block).toString('hex'), expected);
});

test('the number of rounds matters', () => {
  const key = new Uint8Array(32);
  assert.notDeepEqual(referenceChachaBlock(key, 0, 0, 12), referenceChachaBlock(key, 0, 0, 20));
});
