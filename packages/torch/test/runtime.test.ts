import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { cudaAvailable, getThreads, setThreads, version } from '@relent/torch';

test('version, threads, accelerators', () => {
  assert.match(version(), /^\d+\.\d+\.\d+/);
  const before = getThreads();
  setThreads(2);
  assert.equal(getThreads(), 2);
  setThreads(before);
  assert.throws(() => setThreads(0), RangeError);
  assert.equal(typeof cudaAvailable(), 'boolean');
});

test('a worker thread has handles of its own', async () => {
  const index = fileURLToPath(import.meta.resolve('@relent/torch'));
  const source = `
    const { parentPort } = require('node:worker_threads');
    import(${JSON.stringify(index)}).then((torch) => {
      const x = torch.ones([2]).add(1);
      parentPort.postMessage([torch.liveHandles(), ...x.toNumbers()]);
    });`;
  const worker = new Worker(source, { eval: true });
  const message = await new Promise((resolve, reject) => {
    worker.once('message', resolve);
    worker.once('error', reject);
  });
  assert.deepEqual(message, [2, 2, 2]);
  await worker.terminate();
});
