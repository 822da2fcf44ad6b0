import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { StageRunner } from '../dist/quickstart/stages.js';

let folder = '';
let runs = 0;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'relent-stages-'));
  runs = 0;
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const model = () => join(folder, 'model');
const stage = (dependsOn: unknown) => ({
  name: 'train',
  title: 'training',
  dependsOn,
  files: [model()],
  run: async () => {
    writeFileSync(model(), 'weights');
    return { run: ++runs };
  },
});

test('a stage runs once for the same settings, in this process and in the next', async () => {
  assert.deepEqual(await new StageRunner(folder).run(stage({ epochs: 4 })), { run: 1 });
  assert.deepEqual(await new StageRunner(folder).run(stage({ epochs: 4 })), { run: 1 });
});

test('other settings, a lost file or a damaged stamp make it run again', async () => {
  const runner = new StageRunner(folder);
  await runner.run(stage({ epochs: 4 }));
  assert.deepEqual(await runner.run(stage({ epochs: 5 })), { run: 2 });
  rmSync(model());
  assert.deepEqual(await runner.run(stage({ epochs: 5 })), { run: 3 });
  writeFileSync(join(folder, 'train.json'), '{ "key": ');
  assert.deepEqual(await runner.run(stage({ epochs: 5 })), { run: 4 });
});

test('a stage that fails leaves no stamp', async () => {
  const runner = new StageRunner(folder);
  const failing = {
    ...stage({}),
    run: async (): Promise<never> => {
      throw new Error('no memory');
    },
  };
  await assert.rejects(runner.run(failing), /no memory/);
  assert.deepEqual(await runner.run(stage({})), { run: 1 });
});
