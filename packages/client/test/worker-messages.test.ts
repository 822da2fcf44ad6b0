import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ProtocolError, TransportError } from '@relent/client';
import { decodeError, encodeError } from '../dist/worker-messages.js';

test('errors keep class, code, step and text between the threads', () => {
  const errors = [
    new ProtocolError('reused', '(request)', 'a used one'),
    new TransportError('closed'),
    new RangeError('too long'),
    new TypeError('two calls'),
    new Error('other'),
  ];
  for (const error of errors) {
    const copy = decodeError(structuredClone(encodeError(error)));
    assert.equal(copy.constructor, error.constructor);
    assert.deepEqual({ ...copy, message: copy.message }, { ...error, message: error.message });
  }
  assert.equal(decodeError(encodeError('thrown text')).message, 'thrown text');
});
