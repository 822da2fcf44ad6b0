import { type Disk, memoryStore } from './memory-store.js';
import { bundleStoreSuite } from './store-suite.js';

bundleStoreSuite('memory', async () => {
  const disk: Disk = new Map();
  return async () => memoryStore(disk, () => new Promise((resolve) => setImmediate(resolve)));
});
