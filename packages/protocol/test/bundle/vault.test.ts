import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  type BundleLabel,
  type BundleVault,
  openBundle,
  openBundleVault,
  type StoredBundle,
  sealedBytes,
} from '@relent/protocol';
import sodium from 'libsodium-wrappers-sumo';
import { type Disk, memoryStore } from './memory-store.js';
import { failsWith } from './store-suite.js';

await sodium.ready;
const key = new Uint8Array(32).fill(7);
const otherKey = new Uint8Array(32).fill(8);

function labelOf(number: number): BundleLabel {
  return {
    id: number.toString(16).padStart(32, '0'),
    planDigest: '1'.repeat(64),
    modelHash: '2'.repeat(64),
    role: 'client',
    createdAtMs: number,
    keepsShares: false,
  };
}

const contentOf = (bytes: number): Uint8Array => Uint8Array.from({ length: bytes }, (_, i) => (i * 31) & 255);

async function newVault(): Promise<{ disk: Disk; vault: BundleVault }> {
  const disk: Disk = new Map();
  return { disk, vault: await openBundleVault(memoryStore(disk), key, sodium) };
}

test('contents of every size come back, and only once', async () => {
  const { vault } = await newVault();
  for (const size of [0, 1, 1000, 2 ** 20 - 1, 2 ** 20, 2 ** 20 + 1, 2 ** 21]) {
    const label = labelOf(size);
    const given = contentOf(size);
    const header = await vault.put(label, given);
    assert.equal(header.sizeBytes, sealedBytes(size));
    assert.ok(
      given.every((byte) => byte === 0),
      'the plain content is wiped',
    );
    const opened = await vault.claim(label.id);
    assert.deepEqual(opened.header, header);
    assert.ok(Buffer.from(opened.content).equals(Buffer.from(contentOf(size))));
    await assert.rejects(vault.claim(label.id), failsWith('used'));
  }
});

test('records of one content differ in every part, and hold none of it', async () => {
  const { disk, vault } = await newVault();
  for (const number of [1, 2]) await vault.put(labelOf(number), contentOf(4096));
  const [first, second] = [...disk.values()].map((entry) => (entry as StoredBundle).record);
  assert.ok(first && second);
  const equal = first.filter((byte, i) => byte === second[i]).length;
  assert.ok(equal < 64, `${equal} equal bytes`);
  assert.equal(Buffer.from(first).indexOf(Buffer.from(contentOf(8))), -1);
});

test('another key is refused before anything is claimed', async () => {
  const { disk, vault } = await newVault();
  await vault.put(labelOf(1), contentOf(10));
  await assert.rejects(openBundleVault(memoryStore(disk), otherKey, sodium), failsWith('key'));
  await assert.rejects(openBundleVault(memoryStore(disk), key.subarray(1), sodium), RangeError);
  assert.equal(await vault.status(labelOf(1).id), 'fresh');
  const bundle = disk.get(labelOf(1).id) as StoredBundle;
  assert.throws(() => openBundle(sodium, otherKey, bundle.header, bundle.record), failsWith('key'));
});

test('what was changed, cut or swapped is damaged', async () => {
  const { disk, vault } = await newVault();
  const size = 2 ** 20 + 100;
  const header = await vault.put(labelOf(1), contentOf(size));
  await vault.put(labelOf(2), contentOf(size));
  const { record } = disk.get(labelOf(1).id) as StoredBundle;
  const other = disk.get(labelOf(2).id) as StoredBundle;
  const open = (changed: Partial<StoredBundle>) => () =>
    openBundle(sodium, key, changed.header ?? header, changed.record ?? record);
  assert.deepEqual(open({})().length, size);
  for (const at of [0, 15, 16, 5000, 2 ** 20 + 16, record.length - 1]) {
    const changed = record.slice();
    changed[at] = (changed[at] ?? 0) ^ 1;
    assert.throws(open({ record: changed }), failsWith('damaged'), `byte ${at}`);
  }
  const piece = 2 ** 20 + 16;
  const cuts = [record.subarray(0, 16 + piece), record.subarray(0, record.length - 1), record.subarray(0, 10)];
  for (const cut of [...cuts, new Uint8Array(0)]) {
    assert.throws(open({ record: cut }), failsWith('damaged'));
    assert.throws(open({ record: cut, header: { ...header, sizeBytes: cut.length } }), failsWith('damaged'));
  }
  assert.throws(open({ record: other.record }), failsWith('damaged'));
  for (const change of [
    { id: labelOf(2).id },
    { planDigest: '3'.repeat(64) },
    { modelHash: '3'.repeat(64) },
    { role: 'server' as const },
    { createdAtMs: 9 },
    { keepsShares: true },
  ]) {
    assert.throws(open({ header: { ...header, ...change } }), failsWith('damaged'), JSON.stringify(change));
  }
});

test('pieces cannot change places', async () => {
  const { disk, vault } = await newVault();
  const header = await vault.put(labelOf(1), contentOf(3 * 2 ** 20));
  const { record } = disk.get(labelOf(1).id) as StoredBundle;
  const piece = 2 ** 20 + 16;
  const swapped = record.slice();
  swapped.set(record.subarray(16 + piece, 16 + 2 * piece), 16);
  swapped.set(record.subarray(16, 16 + piece), 16 + piece);
  assert.throws(() => openBundle(sodium, key, header, swapped), failsWith('damaged'));
});
