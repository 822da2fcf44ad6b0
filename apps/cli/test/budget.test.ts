import assert from 'node:assert/strict';
import { test } from 'node:test';
import { comparisonsOf, parseBudget } from '../dist/budget.js';

test('budgets are comparisons, a share of them, bytes, or a time', () => {
  assert.equal(comparisonsOf(parseBudget('12000'), 557_056), 12_000);
  assert.equal(comparisonsOf(parseBudget('5%'), 1_000), 50);
  assert.equal(comparisonsOf(parseBudget('12.5 %'), 1_000), 125);
  assert.deepEqual(parseBudget('2MB'), { kind: 'bytes', bytes: 2_000_000 });
  assert.deepEqual(parseBudget('1.5 kB'), { kind: 'bytes', bytes: 1_500 });
  assert.deepEqual(parseBudget('300ms'), { kind: 'time', ms: 300 });
  assert.deepEqual(parseBudget('0.3 s'), { kind: 'time', ms: 300 });
  assert.equal(comparisonsOf(parseBudget('2MB'), 1_000), null);
});

test('what is no budget is told what would be one', () => {
  for (const wrong of ['', '-5', '0', '0%', '101%', '1.5', 'half', '2mb', '3 minutes', '1e3', 'MB'])
    assert.throws(() => parseBudget(wrong), /"budget" expected a number of comparisons .*2MB .*300ms, got "/, wrong);
  assert.throws(
    () => comparisonsOf(parseBudget('0.01%'), 1_000),
    /"budget" expected at least 0\.1% of 1000 comparisons, which is one, got 0\.01%/,
  );
});
