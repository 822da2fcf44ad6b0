import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { BundleError, type BundleErrorCode, type BundleStore } from '@relent/protocol';
import { bundleStoreSuite, failsWith, sampleBundle } from '../packages/protocol/dist-test/bundle/store-suite.js';
import { bundleTestPage } from './browser/bundle.js';
import { type Browser, chromiumPath, noChromium, startChromium, type TestPage } from './browser/chromium.js';
import type { StoreAnswer } from './browser/page/store-calls.js';
import { type PageServer, servePages } from './browser/page-server.js';

/** The value, or the error with the class that it had in the page. */
function unwrap<T>(answer: StoreAnswer<T>): T {
  if (!('error' in answer)) return answer.value;
  const { name, code, message } = answer.error;
  if (name === 'BundleError') throw new BundleError(code as BundleErrorCode, message);
  throw name === 'RangeError' ? new RangeError(message) : new Error(message);
}

/** The store of a page's database, as if it were here. */
function storeOf(page: TestPage, name: string): BundleStore {
  return {
    async put({ header, record }) {
      const bundle = { header, record: Buffer.from(record).toString('base64') };
      unwrap(await page.call('put', { name, bundle }));
    },
    async claim(id) {
      const { header, record } = unwrap(await page.call('claim', { name, id }));
      return { header, record: new Uint8Array(Buffer.from(record, 'base64')) };
    },
    status: async (id) => unwrap(await page.call('status', { name, id })),
    list: async () => unwrap(await page.call('list', { name })),
    delete: async (id) => unwrap(await page.call('remove', { name, id })),
  };
}

describe('bundles in IndexedDB', { skip: noChromium }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'relent-browser-'));
  let browser: Browser;
  let pages: PageServer;
  let databases = 0;
  const openPage = () => browser.open(`${pages.origin}/bare.html`);
  before(async () => {
    await bundleTestPage(folder);
    [browser, pages] = await Promise.all([startChromium(chromiumPath as string), servePages(folder)]);
  });
  after(async () => {
    await browser?.close();
    await pages?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  // Each opening is a tab of its own.
  bundleStoreSuite('IndexedDB', async () => {
    const name = `suite-${databases++}`;
    return async () => storeOf(await openPage(), name);
  });

  test('a bundle survives a reload of the page, and is refused a second time after another', async () => {
    const page = await openPage();
    const store = storeOf(page, 'reload');
    const bundle = sampleBundle(1, 200_000);
    await store.put(bundle);
    await page.reload();
    assert.deepEqual(await store.list(), [bundle.header]);
    assert.deepEqual(await store.claim(bundle.header.id), bundle);
    await page.reload();
    assert.deepEqual(await store.list(), []);
    await assert.rejects(store.claim(bundle.header.id), failsWith('used'));
    browser.quiet();
  });

  test('a record that is cut short or gone is damaged, and used all the same', async () => {
    const page = await openPage();
    const name = 'damage';
    const store = storeOf(page, name);
    for (const [number, record] of [Buffer.alloc(999).toString('base64'), null].entries()) {
      const { header, record: whole } = sampleBundle(number);
      await store.put({ header, record: whole });
      await page.call('damage', { name, id: header.id, record });
      await assert.rejects(store.claim(header.id), failsWith('damaged'));
      await assert.rejects(store.claim(header.id), failsWith('used'));
    }
  });
});
