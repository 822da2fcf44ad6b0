import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { decodeBase64 } from '../dist/base64.js';

test('decodes what Buffer encodes', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 50 }), (bytes) => {
      assert.deepEqual(decodeBase64(Buffer.from(bytes).toString('base64')), bytes);
    }),
  );
});

test('refuses other letters', () => {
  assert.throws(() => decodeBase64('AA-A'), { name: 'RangeError', message: '"text" expected base64 digits, got "-"' });
});
