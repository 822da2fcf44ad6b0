import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { FormatError } from '@relent/graph';
import { z } from 'zod';
import { loadPlan, savePlan } from '../../dist/reduce/saved-plan.js';

const root = mkdtempSync(join(tmpdir(), 'relent-plan-'));
after(() => rmSync(root, { recursive: true }));
const schema = z.array(z.number());

describe('saved plans', () => {
  it('come back for the same configuration only', () => {
    const folder = join(root, 'run');
    assert.equal(loadPlan(folder, 'x', schema, 'a'), null);
    savePlan(folder, 'x', [1, 2], 'a');
    assert.deepEqual(loadPlan(folder, 'x', schema, 'a'), [1, 2]);
    assert.throws(() => loadPlan(folder, 'x', schema, 'b'), /belongs to a run with other options/);
    assert.throws(() => loadPlan(folder, 'x', z.array(z.string()), 'a'), FormatError);
    writeFileSync(join(folder, 'x.json'), '{');
    assert.throws(() => loadPlan(folder, 'x', schema, 'a'), FormatError);
  });

  it('are not kept without a folder', () => {
    savePlan(null, 'x', [1], 'a');
    assert.equal(loadPlan(null, 'x', schema, 'a'), null);
  });
});
