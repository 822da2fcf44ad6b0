import assert from 'node:assert/strict';
import { test } from 'node:test';
import { reduceMethods } from '@relent/train';
import { methodNames } from '../dist/method-names.js';

test('the command line offers every reduction method', () => {
  assert.deepEqual([...methodNames].sort(), [...reduceMethods.keys()].sort());
});
