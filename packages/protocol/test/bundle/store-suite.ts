/** What every bundle store must do, whatever lies underneath. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BundleError, type BundleErrorCode, type BundleStore, type StoredBundle } from '@relent/protocol';

/** A bundle with recognisable bytes. */
export function sampleBundle(number: number, sizeBytes = 1000): StoredBundle {
  const digit = (number % 16).toString(16);
  return {
    header: {
      id: number.toString(16).padStart(32, '0'),
      planDigest: digit.repeat(64),
      modelHash: 'a'.repeat(64),
      role: number % 2 === 0 ? 'client' : 'server',
      createdAtMs: 1_700_000_000_000 + number,
      sizeBytes,
      keyCheck: '0123456789abcdef',
      keepsShares: number % 3 === 0,
    },
    record: Uint8Array.from({ length: sizeBytes }, (_, i) => (i * 7 + number) & 255),
  };
}

/** Whether an error is a {@link BundleError} of this code. */
export const failsWith = (code: BundleErrorCode) => (error: unknown) =>
  error instanceof BundleError && error.code === code;

/**
 * Tests a kind of store.
 * @param fresh - makes an empty place and says how to open a store on it; opening again stands for a restart.
 */
export function bundleStoreSuite(name: string, fresh: () => Promise<() => Promise<BundleStore>>): void {
  test(`${name}: what is put is listed oldest first and claimed whole, once`, async () => {
    const open = await fresh();
    const store = await open();
    assert.deepEqual(await store.list(), []);
    for (const number of [3, 1, 2]) await store.put(sampleBundle(number, number === 2 ? 0 : 100_000));
    assert.deepEqual(
      (await store.list()).map(({ id }) => Number.parseInt(id, 16)),
      [1, 2, 3],
    );
    const wanted = sampleBundle(3, 100_000);
    assert.deepEqual((await store.list())[2], wanted.header);
    assert.deepEqual(await store.claim(wanted.header.id), wanted);
    assert.deepEqual(await store.claim(sampleBundle(2, 0).header.id), sampleBundle(2, 0));
    await assert.rejects(store.claim(wanted.header.id), failsWith('used'));
    assert.deepEqual(
      (await store.list()).map(({ id }) => Number.parseInt(id, 16)),
      [1],
    );
  });

  test(`${name}: a claim outlives a restart`, async () => {
    const open = await fresh();
    const [used, kept, deleted] = [sampleBundle(1), sampleBundle(2), sampleBundle(3)];
    const first = await open();
    for (const bundle of [used, kept, deleted]) await first.put(bundle);
    await first.claim(used.header.id);
    await first.delete(deleted.header.id);
    const second = await open();
    assert.deepEqual(await second.list(), [kept.header]);
    for (const { header } of [used, deleted]) {
      assert.equal(await second.status(header.id), 'used');
      await assert.rejects(second.claim(header.id), failsWith('used'));
      await second.delete(header.id);
    }
    assert.equal(await second.status(kept.header.id), 'fresh');
    assert.deepEqual(await second.claim(kept.header.id), kept);
    await assert.rejects((await open()).claim(kept.header.id), failsWith('used'));
  });

  test(`${name}: an id is taken once, fresh or used`, async () => {
    const store = await (await fresh())();
    const bundle = sampleBundle(4);
    await store.put(bundle);
    await assert.rejects(store.put({ ...bundle, record: bundle.record.map(() => 0) }), failsWith('taken'));
    assert.deepEqual(await store.claim(bundle.header.id), bundle);
    await assert.rejects(store.put(bundle), failsWith('taken'));
    await assert.rejects(store.claim(bundle.header.id), failsWith('used'));
  });

  test(`${name}: of many claims at once, by stores opened apart, one succeeds`, async () => {
    const open = await fresh();
    const stores = await Promise.all([open(), open(), open()]);
    const bundle = sampleBundle(5, 50_000);
    await stores[0]?.put(bundle);
    const claims = await Promise.allSettled(
      Array.from({ length: 12 }, (_, i) => (stores[i % 3] as BundleStore).claim(bundle.header.id)),
    );
    const won = claims.filter((claim) => claim.status === 'fulfilled');
    assert.deepEqual(
      won.map(({ value }) => value),
      [bundle],
    );
    for (const claim of claims) if (claim.status === 'rejected') assert.ok(failsWith('used')(claim.reason));
  });

  test(`${name}: what was never there is unknown`, async () => {
    const store = await (await fresh())();
    const { id } = sampleBundle(6).header;
    assert.equal(await store.status(id), 'unknown');
    await assert.rejects(store.claim(id), failsWith('unknown'));
    await assert.rejects(store.delete(id), failsWith('unknown'));
    await store.put(sampleBundle(6));
    assert.equal(await store.status(id), 'fresh');
  });

  test(`${name}: malformed bundles and ids are refused`, async () => {
    const store = await (await fresh())();
    const bundle = sampleBundle(7);
    const wrong = [
      { id: '../x' },
      { id: 'A'.repeat(32) },
      { planDigest: '' },
      { modelHash: 'q' },
      { keyCheck: '1' },
      { sizeBytes: 1 },
    ];
    for (const change of wrong) {
      await assert.rejects(store.put({ ...bundle, header: { ...bundle.header, ...change } }), RangeError);
    }
    for (const call of [store.claim('..'), store.status('/etc/passwd'), store.delete('')]) {
      await assert.rejects(call, RangeError);
    }
    assert.deepEqual(await store.list(), []);
  });
}
