import assert from 'node:assert/strict';
import { test } from 'node:test';
import { InvalidArgumentError } from 'commander';
import { address, budget, positiveNumber, wholeNumber } from '../dist/options.js';

test('whole numbers within their bounds', () => {
  const parse = wholeNumber(1, 10);
  assert.equal(parse('7'), 7);
  for (const wrong of ['0', '11', '1.5', '', ' ', 'x', '1e400'])
    assert.throws(() => parse(wrong), InvalidArgumentError);
});

test('positive numbers', () => {
  assert.equal(positiveNumber('0.5'), 0.5);
  for (const wrong of ['0', '-1', 'NaN', 'Infinity', 'x'])
    assert.throws(() => positiveNumber(wrong), InvalidArgumentError);
});

test('budgets that are none', () => {
  assert.deepEqual(budget('2MB'), { kind: 'bytes', bytes: 2e6 });
  assert.throws(() => budget('half'), InvalidArgumentError);
});

test('addresses', () => {
  assert.deepEqual(address('127.0.0.1:7700'), { host: '127.0.0.1', port: 7700 });
  assert.deepEqual(address('[::1]:80'), { host: '::1', port: 80 });
  assert.deepEqual(address('wss://example.org/relent'), { url: 'wss://example.org/relent' });
  for (const wrong of [
    'ws://',
    'http://localhost:80',
    'localhost',
    'localhost:',
    ':7700',
    'localhost:0',
    'localhost:65536',
    '::1:80',
  ])
    assert.throws(() => address(wrong), InvalidArgumentError);
});
