/**
 * A bundle store in IndexedDB, for any number of tabs and workers of one origin at once.
 *
 *     headers   id → header of a fresh bundle
 *     records   id → its record
 *     used      id → when it was used, milliseconds since 1970
 *
 * A claim marks the id as used, reads the record and deletes it in one transaction, which the browser runs alone on these
 * stores; the record is handed out only after the transaction is on the disk (durability `strict`).
 * @module
 */
import {
  BundleError,
  type BundleHeader,
  type BundleStatus,
  type BundleStore,
  checkBundle,
  checkBundleId,
  oldestFirst,
  type StoredBundle,
} from '../../bundle/store.js';

const version = 1;
const stores = ['headers', 'records', 'used'] as const;
type StoreName = (typeof stores)[number];

/** The answer of one request inside a transaction. */
function answer<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

function failure(what: string, cause: unknown): Error {
  const why = cause instanceof DOMException ? cause.name : 'an error';
  return new Error(`"${what}" expected IndexedDB to work, got ${why}`, { cause });
}

const usedError = (id: string): BundleError =>
  new BundleError('used', `bundle ${id} expected to be fresh, got a used one`);
const unknownError = (id: string): BundleError =>
  new BundleError('unknown', `bundle ${id} expected in the store, got none`);
const takenError = (id: string): BundleError =>
  new BundleError('taken', `bundle ${id} expected a new id, got one that the store knows`);

/** What came out of the database, if it is a whole bundle of this id. */
function readBundle(id: string, header: BundleHeader, record: unknown): StoredBundle {
  const damaged = (cause?: unknown): BundleError =>
    new BundleError('damaged', `bundle ${id} expected a whole one, got a damaged one`, { cause });
  if (!(record instanceof Uint8Array)) throw damaged();
  try {
    checkBundle({ header, record });
  } catch (cause) {
    throw damaged(cause);
  }
  if (header.id !== id) throw damaged();
  return { header, record };
}

class BundleDatabase implements BundleStore {
  readonly #database: IDBDatabase;

  constructor(database: IDBDatabase) {
    this.#database = database;
    // Another tab wants to change or delete the database.
    database.onversionchange = () => database.close();
  }

  async put(bundle: StoredBundle): Promise<void> {
    checkBundle(bundle);
    const { header, record } = bundle;
    await this.#write(async (store) => {
      if ((await this.#statusIn(store, header.id)) !== 'unknown') throw takenError(header.id);
      store('headers').add(header, header.id);
      store('records').add(record, header.id);
    });
  }

  async claim(id: string): Promise<StoredBundle> {
    checkBundleId(id);
    const [header, record] = await this.#write(async (store) => {
      const status = await this.#statusIn(store, id);
      if (status === 'used') throw usedError(id);
      if (status === 'unknown') throw unknownError(id);
      const found = await Promise.all([answer(store('headers').get(id)), answer(store('records').get(id))]);
      this.#markUsed(store, id);
      return found as [BundleHeader, unknown];
    });
    return readBundle(id, header, record);
  }

  async status(id: string): Promise<BundleStatus> {
    checkBundleId(id);
    const transaction = this.#database.transaction(stores, 'readonly');
    return this.#statusIn((name) => transaction.objectStore(name), id);
  }

  async list(): Promise<readonly BundleHeader[]> {
    const transaction = this.#database.transaction('headers', 'readonly');
    const headers = (await answer(transaction.objectStore('headers').getAll())) as BundleHeader[];
    return headers.sort(oldestFirst);
  }

  async delete(id: string): Promise<void> {
    checkBundleId(id);
    await this.#write(async (store) => {
      const status = await this.#statusIn(store, id);
      if (status === 'unknown') throw unknownError(id);
      if (status === 'fresh') this.#markUsed(store, id);
    });
  }

  async #statusIn(store: (name: StoreName) => IDBObjectStore, id: string): Promise<BundleStatus> {
    const [used, fresh] = await Promise.all([answer(store('used').getKey(id)), answer(store('headers').getKey(id))]);
    if (used !== undefined) return 'used';
    return fresh === undefined ? 'unknown' : 'fresh';
  }

  #markUsed(store: (name: StoreName) => IDBObjectStore, id: string): void {
    store('used').add(Date.now(), id);
    store('headers').delete(id);
    store('records').delete(id);
  }

  /**
   * Runs one transaction. `part` may wait for answers of the transaction and for nothing else, or it would commit early.
   * @returns what `part` returns, once the transaction is on the disk; what `part` throws undoes all of it.
   */
  #write<T>(part: (store: (name: StoreName) => IDBObjectStore) => Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      const transaction = this.#database.transaction(stores, 'readwrite', { durability: 'strict' });
      let result: { readonly value: T } | null = null;
      let reason: unknown = null;
      transaction.oncomplete = () => {
        if (result) resolve(result.value);
        else reject(reason);
      };
      transaction.onabort = () => reject(reason ?? failure('transaction', transaction.error));
      part((name) => transaction.objectStore(name)).then(
        (value) => {
          result = { value };
        },
        (error: unknown) => {
          reason = error instanceof BundleError ? error : failure('transaction', error);
          // A transaction that a failed request has ended already cannot be ended again.
          if (transaction.error === null) transaction.abort();
        },
      );
    });
  }
}

/**
 * Opens a bundle store in a database of this origin; other origins cannot see it, whoever reads the disk can.
 *
 * Used ids stay, one an inference. A browser that runs out of room drops an origin's data as a whole, so it never forgets
 * that a bundle is used and keeps the bundle; `navigator.storage.persist()` asks it to drop nothing. Private windows keep
 * nothing.
 * @param name - of the database.
 * @throws Error if the browser has no IndexedDB here, or does not open it.
 */
export function openBundleDatabase(name = 'relent-bundles'): Promise<BundleStore> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(name, version);
    request.onupgradeneeded = () => {
      for (const store of stores) request.result.createObjectStore(store);
    };
    request.onerror = () => reject(failure('database', request.error));
    request.onblocked = () => reject(failure('database', 'blocked'));
    request.onsuccess = () => resolve(new BundleDatabase(request.result));
  });
}
