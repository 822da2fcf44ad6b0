import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { configurationOf, isDone, readSweep } from '../dist/sweep/folders.js';

const root = mkdtempSync(join(tmpdir(), 'relent-sweep-'));
after(() => rmSync(root, { recursive: true }));
const model = join(root, 'teacher.relent');
const file = join(root, 'plan.json');
const plan = { name: 'p', model, budgets: ['10%'], epochs: 1, methods: [{ method: 'share' }] };
const read = () => readSweep(file, { runs: join(root, 'runs'), out: join(root, 'results') });

test('a cell is done when its record has the same configuration, teacher included', async () => {
  writeFileSync(model, 'first');
  writeFileSync(file, JSON.stringify(plan));
  const sweep = await read();
  const [control, cell] = sweep.cells;
  assert.equal(isDone(sweep, cell!), false);
  mkdirSync(join(sweep.records, cell!.id), { recursive: true });
  const record = join(sweep.records, cell!.id, 'record.json');
  writeFileSync(record, JSON.stringify({ configuration: { network: 'x', ...configurationOf(sweep, cell!) } }));
  assert.equal(isDone(sweep, cell!), true);
  assert.equal(isDone(sweep, control!), false);
  writeFileSync(model, 'trained again');
  assert.equal(isDone(sweep, cell!), false);
  writeFileSync(record, '{');
  assert.equal(isDone(sweep, cell!), false);
});

test('a file that is no plan is named', async () => {
  writeFileSync(file, '{');
  await assert.rejects(read(), /plan\.json: expected a plan in JSON/);
  writeFileSync(file, '{}');
  await assert.rejects(read(), /"name" of the plan/);
});
