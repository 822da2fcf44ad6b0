import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'relent-pack-'));
after(() => rmSync(folder, { recursive: true, force: true }));

interface Pack {
  packData(folder: string, out: string, limit: number, work: string): string[];
}
interface Contents {
  stage(root: string, target: string): void;
}
const load = async <T>(name: string) => (await import(new URL(`../scripts/${name}.mjs`, import.meta.url).href)) as T;

test('data sets travel in parts, and come out as they went in', async () => {
  const { packData } = await load<Pack>('pack');
  const data = join(folder, 'data');
  mkdirSync(join(data, 'cifar-100'), { recursive: true });
  const bytes = new Uint8Array(randomBytes(30_000));
  writeFileSync(join(data, 'cifar-100', 'train.bin'), bytes);
  writeFileSync(join(data, 'cifar-100', 'names.txt'), 'apple\n');
  const parts = packData(data, join(folder, 'relent.tar.gz'), 10_000, folder);
  assert.ok(parts.length >= 2, `${parts.length} parts`);
  for (const part of parts) assert.ok(statSync(part).size <= 10_000);
  const there = join(folder, 'there');
  mkdirSync(there);
  cpSync(join(root, 'scripts/pack/relent-here'), join(there, 'relent-here'));
  execFileSync('sh', [join(there, 'relent-here'), 'data', ...parts], { env: { PATH: process.env.PATH } });
  assert.deepEqual(new Uint8Array(readFileSync(join(there, 'data/cifar-100/train.bin'))), bytes);
  assert.equal(readFileSync(join(there, 'data/cifar-100/names.txt'), 'utf8'), 'apple\n');
});

test('an archive holds what runs, and nothing of what only builds or tests', async () => {
  const { stage } = await load<Contents>('pack/contents');
  const target = join(folder, 'relent');
  mkdirSync(target);
  stage(root, target);
  for (const path of [
    'relent-here',
    'apps/cli/bin/relent.js',
    'packages/torch/native/module.cc',
    'packages/torch/scripts/build.mjs',
    'packages/kernels/generated/kernels-wasm.js',
    'node_modules/node-api-headers/include/node_api.h',
    'node_modules/@relent/train/dist/index.js',
    'bench/plans/cifar-100-cuda.json',
  ])
    assert.ok(existsSync(join(target, path)), path);
  for (const path of ['node_modules/typescript', 'node_modules/fast-check', 'packages/torch/build'])
    assert.ok(!existsSync(join(target, path)), path);
  const files = readdirSync(join(target, 'packages'), { recursive: true }).map(String);
  assert.deepEqual(
    files.filter((file) => /\.(ts|map)$/.test(file)),
    [],
  );
  const help = execFileSync(process.execPath, [join(target, 'apps/cli/bin/relent.js'), '--help'], { encoding: 'utf8' });
  assert.match(help, /Private inference/);
});
