/**
 * A bundle store of the page, for the test to use from outside. Runs in the browser; bytes travel as base64.
 *
 * @module
 */
import type { BundleHeader, BundleStatus, BundleStore } from '@relent/protocol';
import { openBundleDatabase } from '@relent/protocol/browser';

/** A bundle as it travels. */
export interface PlainBundle {
  readonly header: BundleHeader;
  readonly record: string;
}

/** What a call of a store gave. */
export type StoreAnswer<T> =
  | { readonly value: T }
  | { readonly error: { readonly name: string; readonly code: string | null; readonly message: string } };

const toBase64 = (bytes: Uint8Array): string => btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''));
const fromBase64 = (text: string): Uint8Array => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));

const opened = new Map<string, Promise<BundleStore>>();

async function told<T>(name: string, use: (store: BundleStore) => Promise<T>): Promise<StoreAnswer<T>> {
  let store = opened.get(name);
  if (store === undefined) {
    store = openBundleDatabase(name);
    opened.set(name, store);
  }
  try {
    return { value: await use(await store) };
  } catch (error) {
    const { name: kind, message, code = null } = error as Error & { readonly code?: string | null };
    return { error: { name: kind, message, code } };
  }
}

/** The calls of a store, each named by its database. */
export const storeCalls = {
  put: (arg: { name: string; bundle: PlainBundle }): Promise<StoreAnswer<void>> => {
    const { header, record } = arg.bundle;
    return told(arg.name, (store) => store.put({ header, record: fromBase64(record) }));
  },
  claim: (arg: { name: string; id: string }): Promise<StoreAnswer<PlainBundle>> =>
    told(arg.name, async (store) => {
      const { header, record } = await store.claim(arg.id);
      return { header, record: toBase64(record) };
    }),
  status: (arg: { name: string; id: string }): Promise<StoreAnswer<BundleStatus>> =>
    told(arg.name, (store) => store.status(arg.id)),
  list: (arg: { name: string }): Promise<StoreAnswer<readonly BundleHeader[]>> =>
    told(arg.name, (store) => store.list()),
  remove: (arg: { name: string; id: string }): Promise<StoreAnswer<void>> =>
    told(arg.name, (store) => store.delete(arg.id)),

  /** Changes what lies under an id, past the store: as damage would. */
  async damage(arg: { name: string; id: string; record: string | null }): Promise<void> {
    const database = await new Promise<IDBDatabase>((resolve, reject) => {
      const request = indexedDB.open(arg.name);
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
    });
    const transaction = database.transaction('records', 'readwrite');
    if (arg.record === null) transaction.objectStore('records').delete(arg.id);
    else transaction.objectStore('records').put(fromBase64(arg.record), arg.id);
    await new Promise((resolve) => {
      transaction.oncomplete = resolve;
    });
    database.close();
  },
};
