/** A bundle store in memory, whose content a test can copy and put back, as a backup of a disk. */
import {
  BundleError,
  type BundleStatus,
  type BundleStore,
  checkBundle,
  checkBundleId,
  oldestFirst,
  type StoredBundle,
} from '@relent/protocol';

/** What lies on the pretended disk: a bundle, or `used`. */
export type Disk = Map<string, StoredBundle | 'used'>;

/** A store on a pretended disk; `delay` lets other calls run between the steps of one. */
export function memoryStore(disk: Disk = new Map(), delay: () => Promise<void> = async () => undefined): BundleStore {
  const status = (id: string): BundleStatus => {
    checkBundleId(id);
    const entry = disk.get(id);
    if (entry === undefined) return 'unknown';
    return entry === 'used' ? 'used' : 'fresh';
  };
  const take = (id: string): StoredBundle => {
    const found = status(id);
    if (found !== 'fresh') throw new BundleError(found, `bundle ${id} expected to be fresh, got one that is ${found}`);
    const bundle = disk.get(id) as StoredBundle;
    disk.set(id, 'used');
    return { header: bundle.header, record: bundle.record.slice() };
  };
  return {
    async put(bundle) {
      checkBundle(bundle);
      await delay();
      if (status(bundle.header.id) !== 'unknown')
        throw new BundleError('taken', '"id" expected a new one, got a known');
      disk.set(bundle.header.id, { header: bundle.header, record: bundle.record.slice() });
    },
    async claim(id) {
      checkBundleId(id);
      await delay();
      return take(id);
    },
    async status(id) {
      return status(id);
    },
    async list() {
      await delay();
      return [...disk.values()].flatMap((entry) => (entry === 'used' ? [] : [entry.header])).sort(oldestFirst);
    },
    async delete(id) {
      if (status(id) === 'unknown') throw new BundleError('unknown', `bundle ${id} expected, got none`);
      disk.set(id, 'used');
    },
  };
}
