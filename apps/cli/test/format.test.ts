import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatBytes, formatCount, formatMs, formatPercent } from '../dist/format.js';

test('bytes have three significant digits and decimal units', () => {
  const cases: [number, string][] = [
    [0, '0 B'],
    [999, '999 B'],
    [1000, '1.00 kB'],
    [999_600, '1.00 MB'],
    [17_123_456, '17.1 MB'],
    [2.5e13, '25.0 TB'],
  ];
  for (const [bytes, text] of cases) assert.equal(formatBytes(bytes), text);
});

test('durations change their unit with their size', () => {
  const cases: [number, string][] = [
    [0, '0 ms'],
    [0.5, '0.500 ms'],
    [12.34, '12.3 ms'],
    [999.4, '999 ms'],
    [3400, '3.40 s'],
    [99_400, '99.4 s'],
    [125_000, '2 min 05 s'],
    [119_700, '2 min 00 s'],
  ];
  for (const [ms, text] of cases) assert.equal(formatMs(ms), text);
});

test('counts and percentages', () => {
  assert.equal(formatCount(557_056), '557,056');
  assert.equal(formatPercent(0.9134), '91.3 %');
  assert.equal(formatPercent(0.0049), '0.49 %');
  assert.equal(formatPercent(0), '0.0 %');
});
