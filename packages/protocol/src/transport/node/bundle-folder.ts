/**
 * A bundle store in a folder, for any number of processes at once.
 *
 *     ID.bundle   a fresh bundle, see `bundle/file-format.ts`; or one whose deletion a crash has prevented
 *     ID.used     empty: the bundle of this id is used, whatever else lies in the folder
 *     *.part      a bundle under way; a crash leaves it behind
 *
 * A bundle appears by a hard link to a file that is already on the disk, so it is there in whole or not at all. A claim
 * creates ID.used exclusively, which one process alone can do, waits until the disk has it, and only then reads.
 * @module
 */
import { randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { access, type FileHandle, link, mkdir, open, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { decodeBundleFile, decodeBundleHeader, encodeBundleFile, headerRoomBytes } from '../../bundle/file-format.js';
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

/** How long a bundle under way may lie before it counts as left behind, milliseconds. */
const abandonedAfterMs = 24 * 3600 * 1000;

const errorCode = (error: unknown): string | undefined => (error as NodeJS.ErrnoException).code;

function usedError(id: string): BundleError {
  return new BundleError('used', `bundle ${id} expected to be fresh, got a used one`);
}

function unknownError(id: string): BundleError {
  return new BundleError('unknown', `bundle ${id} expected in the store, got none`);
}

async function exists(path: string): Promise<boolean> {
  try {
    await access(path, constants.F_OK);
    return true;
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return false;
    throw error;
  }
}

/** Waits until the disk has the folder's entries. Windows has no such call and needs none. */
async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Creates a file that must not exist, and waits until the disk has its content. */
async function writeNew(path: string, bytes: Uint8Array): Promise<void> {
  const handle = await open(path, 'wx', 0o600);
  try {
    await handle.writeFile(bytes);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function openIfThere(path: string): Promise<FileHandle | null> {
  try {
    return await open(path, 'r');
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return null;
    throw error;
  }
}

class BundleFolder implements BundleStore {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  async put(bundle: StoredBundle): Promise<void> {
    checkBundle(bundle);
    const { id } = bundle.header;
    const taken = (cause?: unknown): BundleError =>
      new BundleError('taken', `bundle ${id} expected a new id, got one that the store knows`, { cause });
    if (await exists(this.#used(id))) throw taken();
    const part = join(this.#folder, `${id}.${randomBytes(8).toString('hex')}.part`);
    try {
      await writeNew(part, encodeBundleFile(bundle));
      await link(part, this.#fresh(id));
    } catch (error) {
      throw errorCode(error) === 'EEXIST' ? taken(error) : error;
    } finally {
      await rm(part, { force: true });
    }
    await syncFolder(this.#folder);
  }

  async claim(id: string): Promise<StoredBundle> {
    checkBundleId(id);
    // Opened first: what lies under the name may be swept away by another process once the id is marked as used.
    const handle = await openIfThere(this.#fresh(id));
    if (handle === null) throw (await exists(this.#used(id))) ? usedError(id) : unknownError(id);
    try {
      await this.#markUsed(id);
      const { buffer, byteOffset, length } = await handle.readFile();
      await rm(this.#fresh(id), { force: true });
      const bundle = decodeBundleFile(new Uint8Array(buffer, byteOffset, length));
      if (bundle.header.id !== id) throw new BundleError('damaged', `"id" expected ${id}, got ${bundle.header.id}`);
      return bundle;
    } finally {
      await handle.close();
    }
  }

  async status(id: string): Promise<BundleStatus> {
    checkBundleId(id);
    if (await exists(this.#used(id))) return 'used';
    return (await exists(this.#fresh(id))) ? 'fresh' : 'unknown';
  }

  async list(): Promise<readonly BundleHeader[]> {
    const names = new Set(await readdir(this.#folder));
    const headers: BundleHeader[] = [];
    for (const name of names) {
      const id = /^([0-9a-f]{32})\.bundle$/.exec(name)?.[1];
      if (id === undefined || names.has(`${id}.used`)) continue;
      const header = await this.#readHeader(id);
      if (header !== null) headers.push(header);
    }
    return headers.sort(oldestFirst);
  }

  async delete(id: string): Promise<void> {
    checkBundleId(id);
    const status = await this.status(id);
    if (status === 'unknown') throw unknownError(id);
    if (status === 'used') return;
    try {
      await this.#markUsed(id);
    } catch (error) {
      if (!(error instanceof BundleError)) throw error;
    }
    await rm(this.#fresh(id), { force: true });
  }

  /** Removes what crashes have left: used bundles, and bundles that were never finished. */
  async sweep(): Promise<void> {
    const names = new Set(await readdir(this.#folder));
    for (const name of names) {
      const path = join(this.#folder, name);
      const id = /^([0-9a-f]{32})\.bundle$/.exec(name)?.[1];
      if (id !== undefined && names.has(`${id}.used`)) await rm(path, { force: true });
      if (/^[0-9a-f]{32}\.[0-9a-f]{16}\.part$/.test(name)) {
        const age = Date.now() - (await stat(path).catch(() => ({ mtimeMs: Date.now() }))).mtimeMs;
        if (age > abandonedAfterMs) await rm(path, { force: true });
      }
    }
  }

  /** The one moment that decides who has a bundle. @throws BundleError `used` if it is marked already. */
  async #markUsed(id: string): Promise<void> {
    try {
      await writeNew(this.#used(id), new Uint8Array(0));
    } catch (error) {
      throw errorCode(error) === 'EEXIST' ? usedError(id) : error;
    }
    await syncFolder(this.#folder);
  }

  /** Null if the bundle was claimed meanwhile, or is no bundle: then only a claim says so. */
  async #readHeader(id: string): Promise<BundleHeader | null> {
    const handle = await openIfThere(this.#fresh(id));
    if (handle === null) return null;
    try {
      const { buffer, bytesRead } = await handle.read(new Uint8Array(headerRoomBytes), 0, headerRoomBytes, 0);
      const { header } = decodeBundleHeader(buffer.subarray(0, bytesRead));
      return header.id === id ? header : null;
    } catch (error) {
      if (error instanceof BundleError) return null;
      throw error;
    } finally {
      await handle.close();
    }
  }

  #fresh(id: string): string {
    return join(this.#folder, `${id}.bundle`);
  }

  #used(id: string): string {
    return join(this.#folder, `${id}.used`);
  }
}

/**
 * Opens a bundle store in a folder, which is made if it is not there; only its owner may read it.
 *
 * Used ids stay as empty files, one an inference: without them a copy of an old bundle that somebody puts back would be
 * used twice. The file system must have hard links.
 */
export async function openBundleFolder(folder: string): Promise<BundleStore> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const store = new BundleFolder(folder);
  await store.sweep();
  return store;
}
