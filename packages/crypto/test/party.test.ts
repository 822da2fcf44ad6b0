import assert from 'node:assert/strict';
import { test } from 'node:test';
import { peerOf } from '@relent/crypto';

test('the parties are each other’s peers', () => {
  assert.equal(peerOf('client'), 'server');
  assert.equal(peerOf('server'), 'client');
});
