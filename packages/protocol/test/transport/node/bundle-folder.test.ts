import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import type { BundleStore } from '@relent/protocol';
import { openBundleFolder } from '@relent/protocol/node';
import { bundleStoreSuite, failsWith, sampleBundle } from '../../bundle/store-suite.js';

const root = mkdtempSync(join(tmpdir(), 'relent-bundles-'));
after(() => rmSync(root, { recursive: true, force: true }));
let folders = 0;
const newFolder = (): string => join(root, String(folders++), 'store');

bundleStoreSuite('folder', async () => {
  const folder = newFolder();
  return () => openBundleFolder(folder);
});

async function storeWith(
  number: number,
  sizeBytes = 5000,
): Promise<{ folder: string; store: BundleStore; id: string }> {
  const folder = newFolder();
  const store = await openBundleFolder(folder);
  const bundle = sampleBundle(number, sizeBytes);
  await store.put(bundle);
  return { folder, store, id: bundle.header.id };
}

test('a crash between the mark and the reading loses the bundle, and a restart removes its bytes', async () => {
  const { folder, id } = await storeWith(1);
  writeFileSync(join(folder, `${id}.used`), '');
  const again = await openBundleFolder(folder);
  assert.deepEqual(readdirSync(folder), [`${id}.used`]);
  await assert.rejects(again.claim(id), failsWith('used'));
});

test('an old copy that is put back beside the mark stays used', async () => {
  const { folder, store, id } = await storeWith(2);
  const copy = join(root, 'copy');
  copyFileSync(join(folder, `${id}.bundle`), copy);
  await store.claim(id);
  copyFileSync(copy, join(folder, `${id}.bundle`));
  assert.deepEqual(await store.list(), []);
  await assert.rejects(store.claim(id), failsWith('used'));
});

test('a file that is cut short, changed, or of another bundle is damaged, and used all the same', async () => {
  const changes: ((bytes: Uint8Array) => Uint8Array)[] = [
    (bytes) => bytes.subarray(0, bytes.length - 1),
    (bytes) => bytes.subarray(0, 20),
    () => new Uint8Array(0),
    (bytes) => bytes.map((byte, i) => (i === 7 ? 9 : byte)),
    (bytes) => bytes.map((byte, i) => (i === 8 ? 255 : byte)),
    (bytes) => bytes.map((byte, i) => (i === 14 ? 0x21 : byte)),
  ];
  for (const [number, change] of changes.entries()) {
    const { folder, store, id } = await storeWith(number);
    const path = join(folder, `${id}.bundle`);
    writeFileSync(path, change(readFileSync(path)));
    await assert.rejects(store.claim(id), failsWith('damaged'), `change ${number}`);
    await assert.rejects(store.claim(id), failsWith('used'));
  }
  const { folder, store, id } = await storeWith(1);
  const other = sampleBundle(2).header.id;
  copyFileSync(join(folder, `${id}.bundle`), join(folder, `${other}.bundle`));
  assert.equal((await store.list()).length, 1);
  await assert.rejects(store.claim(other), failsWith('damaged'));
});

test('only the owner may read the files', { skip: process.platform === 'win32' }, async () => {
  const { folder, id } = await storeWith(3);
  assert.equal(statSync(folder).mode & 0o077, 0);
  assert.equal(statSync(join(folder, `${id}.bundle`)).mode & 0o077, 0);
});

/** A process that waits for a word and then claims every bundle of a folder; prints the ids that it got. */
const claimer = `
  import { openBundleFolder } from '@relent/protocol/node';
  const store = await openBundleFolder(process.argv[1]);
  const ids = (await store.list()).map(({ id }) => id);
  process.stdout.write('ready\\n');
  process.stdin.once('data', async () => {
    const got = [];
    for (const id of ids) {
      try { got.push((await store.claim(id)).header.id); }
      catch (error) { if (error.code !== 'used') throw error; }
    }
    process.stdout.write(JSON.stringify(got));
    process.stdin.destroy();
  });
`;

test('processes that race for the same bundles share them out', async () => {
  const folder = newFolder();
  const store = await openBundleFolder(folder);
  const bundles = Array.from({ length: 40 }, (_, i) => sampleBundle(i, 100));
  for (const bundle of bundles) await store.put(bundle);
  const start = (): ChildProcess =>
    spawn(process.execPath, ['--input-type=module', '-e', claimer, folder], {
      cwd: import.meta.dirname,
      stdio: ['pipe', 'pipe', 'inherit'],
    });
  const children = [start(), start()];
  const outputs = children.map((child) => {
    const output = { text: '' };
    child.stdout?.on('data', (bytes) => {
      output.text += bytes;
    });
    return output;
  });
  await Promise.all(children.map((child) => once(child.stdout as NodeJS.ReadableStream, 'data')));
  const closed = children.map((child) => once(child, 'close'));
  for (const child of children) child.stdin?.write('go\n');
  await Promise.all(closed);
  const got = outputs.flatMap(({ text }) => JSON.parse(text.slice('ready\n'.length)) as string[]);
  assert.deepEqual(
    got.sort(),
    bundles.map(({ header }) => header.id),
  );
  for (const { header } of bundles) await assert.rejects(store.claim(header.id), failsWith('used'));
});
