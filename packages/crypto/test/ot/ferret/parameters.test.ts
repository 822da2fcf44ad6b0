import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  FERRET_LARGE,
  FERRET_MEDIUM,
  FERRET_SETS,
  FERRET_SMALL,
  type FerretParameters,
  iterationBytes,
  netRows,
  rowsMade,
  rowsSpent,
} from '../../../dist/ot/ferret/parameters.js';

/**
 * log2 of the work of pooled Gaussian elimination on regular noise: k rows, equally many of each block, are free of errors
 * with probability (1 − k/n)^t; a trial solves a system of k unknowns, at k^2.8 operations.
 */
function pooledGaussBits(parameters: FerretParameters): number {
  const { trees, tableRows } = parameters;
  // The known parity of each block gives t equations for nothing.
  const unknowns = tableRows - trees;
  const free = -trees * Math.log2(1 - unknowns / rowsMade(parameters));
  return free + 2.8 * Math.log2(unknowns);
}

test('pooled Gaussian elimination costs more than 2^128 on every set', () => {
  for (const set of FERRET_SETS) assert.ok(pooledGaussBits(set) > 128, `${set.name}: ${pooledGaussBits(set)}`);
  // The estimate can fail: half the errors are too few.
  assert.ok(pooledGaussBits({ ...FERRET_SMALL, trees: 400, depth: 11 }) < 128);
});

test('an iteration yields what the sets are known for', () => {
  assert.equal(rowsMade(FERRET_SMALL), 870_400);
  assert.equal(rowsSpent(FERRET_SMALL), 65_536 + 8_500);
  assert.equal(netRows(FERRET_SMALL), 796_364);
  assert.equal(netRows(FERRET_MEDIUM), 2_396_160 - 143_942);
  assert.equal(netRows(FERRET_LARGE), 6_225_920 - 280_384);
  assert.deepEqual(FERRET_SETS.map(iterationBytes), [136_000, 205_920, 291_840]);
});

test('tables are powers of two and sets grow', () => {
  for (const { tableRows, depth } of FERRET_SETS) {
    assert.ok(Number.isInteger(Math.log2(tableRows)));
    assert.ok(depth >= 7);
  }
  const sizes = FERRET_SETS.map(rowsMade);
  assert.deepEqual(
    sizes,
    sizes.toSorted((a, b) => a - b),
  );
});
