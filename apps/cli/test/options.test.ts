import assert from 'node:assert/strict';
import { test } from 'node:test';
import { InvalidArgumentError } from 'commander';
import { address, budget, budgetComparisons, positiveNumber, wholeNumber } from '../dist/options.js';

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

test('budgets are comparisons or percent', () => {
  assert.equal(budgetComparisons(budget('12000'), 557_056), 12_000);
  assert.equal(budgetComparisons(budget('5%'), 1_000), 50);
  assert.equal(budgetComparisons(budget('12.5 %'), 1_000), 125);
  for (const wrong of ['', '-5', '0%', '101%', '1.5', 'half']) assert.throws(() => budget(wrong), InvalidArgumentError);
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
