import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { type CellProgress, runCellProcess } from '../dist/sweep/cell-process.js';

const root = mkdtempSync(join(tmpdir(), 'relent-cell-'));
after(() => rmSync(root, { recursive: true }));

function program(name: string, source: string): string {
  const file = join(root, `${name}.mjs`);
  writeFileSync(file, source);
  return file;
}

test('a cell that ends well reports how far it is, and answers null', async () => {
  const seen: CellProgress[] = [];
  const good = program('good', 'process.send({ fraction: 0.5, note: process.argv[2] });');
  assert.equal(await runCellProcess([good, 'half'], join(root, 'good'), (at) => seen.push(at)), null);
  assert.deepEqual(seen, [{ fraction: 0.5, note: 'half' }]);
});

test('a cell that fails answers its last words', async () => {
  const bad = program('bad', "console.error('first'); console.error('relent: too small'); process.exitCode = 1;");
  assert.equal(await runCellProcess([bad], join(root, 'bad'), () => {}), 'relent: too small');
});

test('a cell that is killed answers by what', async () => {
  const killed = program('killed', "process.kill(process.pid, 'SIGKILL'); setInterval(() => {}, 1000);");
  assert.equal(await runCellProcess([killed], join(root, 'killed'), () => {}), 'ended by SIGKILL');
});
