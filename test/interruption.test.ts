import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { relent, relentPath } from './relent-process.js';
import { writeTinyFashionMnist } from './tiny-data.js';

const folder = mkdtempSync(join(tmpdir(), 'relent-interruption-'));
const env = { RELENT_DATA: join(folder, 'data'), XDG_CACHE_HOME: join(folder, 'cache') };
const model = join('run', 'model.relent');
before(() => writeTinyFashionMnist(env.RELENT_DATA, 5320, 40));
after(() => rmSync(folder, { recursive: true, force: true }));

const words = (line: string) => line.split(' ');

/** Starts a command, waits until it is so far, and presses Ctrl-C. */
async function interrupt(
  line: string,
  soFar: (stderr: string) => boolean,
): Promise<{ code: number | null; stderr: string }> {
  const options = { cwd: folder, env: { ...process.env, NO_COLOR: '1', ...env } };
  const child: ChildProcess = spawn(process.execPath, [relentPath, ...words(line)], {
    ...options,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let stderr = '';
  child.stderr!.on('data', (bytes: Buffer) => (stderr += bytes.toString()));
  const closed = once(child, 'close') as Promise<[number | null]>;
  while (!soFar(stderr) && child.exitCode === null) await setTimeout(10);
  child.kill('SIGINT');
  const [code] = await closed;
  return { code, stderr };
}

const train = 'train resnet8@fashion-mnist --width 0.25 --batch 32 --threads 1 --epochs 400';

test('Ctrl-C while training: the whole epochs are saved, and the command to go on is said', async () => {
  const { code, stderr } = await interrupt(`${train} --out run`, (said) => said.includes('epoch 1 of 400'));
  assert.equal(code, 130, stderr);
  const saved = Number(/interrupted: (\d+) of 400 epochs are saved in run\./.exec(stderr)?.[1]);
  assert.ok(saved >= 1, stderr);
  assert.ok(stderr.endsWith(`To go on, type:  relent ${train} --out run\n`), stderr);
  const again = await interrupt(`${train} --out run`, (said) => / epoch \d+ of 400/.test(said));
  assert.equal(again.code, 130, again.stderr);
  assert.equal(/ epoch (\d+) of 400/.exec(again.stderr)?.[1], String(saved + 1), 'goes on where it stood');
});

test('Ctrl-C while reducing, and while sweeping: nothing is left running', async () => {
  const short = 'train resnet8@fashion-mnist --width 0.25 --batch 128 --threads 1 --epochs 1 --out run';
  rmSync(join(folder, 'run'), { recursive: true });
  assert.equal((await relent(words(short), { folder, env })).code, 0);
  const reduce = `reduce ${model} --budget 10% --epochs 400 --batch 32 --threads 1 --out reduced.relent`;
  const reduced = await interrupt(reduce, (said) => said.includes('epoch 1 of 400'));
  assert.equal(reduced.code, 130, reduced.stderr);
  assert.match(
    reduced.stderr,
    /\d of 400 epochs are saved in reduced\.relent\.run\.\nTo go on, type: {2}relent reduce /,
  );
  assert.ok(!existsSync(join(folder, 'reduced.relent')));

  const plan = {
    name: 'tiny',
    model,
    budgets: ['10%'], // and the control, which comes first
    seeds: [1],
    epochs: 400,
    batch: 32,
    methods: [{ method: 'linear' }],
  };
  writeFileSync(join(folder, 'plan.json'), JSON.stringify(plan));
  const listed = await relent(words('sweep plan.json --list --json'), { folder, env });
  const [{ id }] = JSON.parse(listed.stdout) as [{ id: string }];
  const checkpoint = join(folder, 'runs', 'tiny', id, 'checkpoints', 'checkpoint.safetensors');
  const swept = await interrupt('sweep plan.json --threads 1', () => existsSync(checkpoint));
  assert.equal(swept.code, 130, swept.stderr);
  assert.match(
    swept.stderr,
    /interrupted: 0 of 2 jobs are done, and the whole epochs of those under way are saved in /,
  );
  assert.ok(!existsSync(join(folder, 'runs', 'tiny', id, 'failure.txt')), 'an interruption is no failure');
});
