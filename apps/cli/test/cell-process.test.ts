import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
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

test('a cell ends with its parent, and by itself when its work is done', async () => {
  const module = JSON.stringify(new URL('../dist/sweep/cell-process.js', import.meta.url).href);
  const brief = program('brief', `import { endWithParent } from ${module}; endWithParent();`);
  assert.equal(await runCellProcess([brief], join(root, 'brief'), () => {}), null);
  const ended = join(root, 'ended');
  const endless = program(
    'endless',
    `import { writeFileSync } from 'node:fs';
     import { endWithParent, reportCellProgress } from ${module};
     process.once('exit', () => writeFileSync(${JSON.stringify(ended)}, ''));
     endWithParent();
     reportCellProgress({ fraction: 0, note: 'here' });
     setInterval(() => {}, 1000);`,
  );
  const parent = program(
    'parent',
    `import { runCellProcess } from ${module};
     await runCellProcess([${JSON.stringify(endless)}], ${JSON.stringify(join(root, 'endless'))}, ({ note }) => console.log(note));`,
  );
  const running = spawn(process.execPath, [parent], { stdio: ['ignore', 'pipe', 'inherit'] });
  await once(running.stdout, 'data');
  assert.ok(!existsSync(ended));
  running.kill('SIGKILL');
  while (!existsSync(ended)) await setTimeout(20);
});
