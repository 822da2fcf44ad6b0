/**
 * A bundle store with the key of its owner: what goes in is sealed, what comes out was checked.
 * @module
 */
import { keyCheckOf, openBundle, type SodiumAead, sealBundle, sealedBytes } from './seal.js';
import { BundleError, type BundleHeader, type BundleStatus, type BundleStore } from './store.js';

/** What a bundle is, before it is sealed. */
export type BundleLabel = Omit<BundleHeader, 'sizeBytes' | 'keyCheck'>;

/** A bundle that was opened. */
export interface OpenedBundle {
  readonly header: BundleHeader;
  readonly content: Uint8Array;
}

/** Bundles of one owner. Make it with {@link openBundleVault}. */
export class BundleVault {
  readonly #store: BundleStore;
  readonly #key: Uint8Array;
  readonly #sodium: SodiumAead;
  readonly #keyCheck: string;

  /** @throws RangeError if the key's length is wrong. */
  constructor(store: BundleStore, key: Uint8Array, sodium: SodiumAead) {
    this.#store = store;
    this.#key = key.slice();
    this.#sodium = sodium;
    this.#keyCheck = keyCheckOf(sodium, key);
  }

  /**
   * Seals and stores; the content is wiped. When it resolves the bundle survives a crash.
   * @returns the complete header.
   * @throws BundleError `taken` if the id is known.
   */
  async put(label: BundleLabel, content: Uint8Array): Promise<BundleHeader> {
    const header: BundleHeader = { ...label, sizeBytes: sealedBytes(content.length), keyCheck: this.#keyCheck };
    const record = sealBundle(this.#sodium, this.#key, header, content);
    content.fill(0);
    await this.#store.put({ header, record });
    return header;
  }

  /**
   * Takes a bundle for good and opens it.
   * @throws BundleError `used`, `unknown`, `key`, `damaged`; but for the first two the bundle is used up all the same.
   */
  async claim(id: string): Promise<OpenedBundle> {
    const { header, record } = await this.#store.claim(id);
    return { header, content: openBundle(this.#sodium, this.#key, header, record) };
  }

  /** See `BundleStore.status`. */
  status(id: string): Promise<BundleStatus> {
    return this.#store.status(id);
  }

  /** See `BundleStore.list`. */
  list(): Promise<readonly BundleHeader[]> {
    return this.#store.list();
  }

  /** See `BundleStore.delete`. */
  delete(id: string): Promise<void> {
    return this.#store.delete(id);
  }
}

/**
 * Opens a store with its key.
 * @param key - [32] uniform and secret. Whoever has it and the store's records has the correlations.
 * @param sodium - the module `libsodium-wrappers-sumo`, after its promise `ready` has resolved.
 * @throws BundleError `key` if the store holds a bundle that another key sealed: claiming it would lose it.
 * @throws RangeError if the key's length is wrong.
 */
export async function openBundleVault(store: BundleStore, key: Uint8Array, sodium: SodiumAead): Promise<BundleVault> {
  const vault = new BundleVault(store, key, sodium);
  const keyCheck = keyCheckOf(sodium, key);
  const headers = await vault.list();
  const others = headers.filter((header) => header.keyCheck !== keyCheck).length;
  if (others > 0) {
    throw new BundleError('key', `"key" expected the one that sealed the store, got another (${others} bundles)`);
  }
  return vault;
}
