import assert from 'node:assert/strict';
import { test } from 'node:test';
import { layOutTable } from '../dist/output.js';

test('a table is as wide as its widest cells, numbers to the right', () => {
  const lines = layOutTable(
    [{ title: 'site' }, { title: 'n', align: 'right' }],
    [
      ['stem.relu', '16,384'],
      ['a', '5'],
    ],
  );
  assert.deepEqual(lines, ['site            n', 'stem.relu  16,384', 'a               5']);
});
