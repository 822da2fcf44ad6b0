/**
 * Threads for the kernels on Node.
 * @module
 */
import { Worker } from 'node:worker_threads';
import type { CrewStart, Threads } from '@relent/kernels';

/**
 * Worker threads for `loadKernels`. They sleep while there is nothing to do and do not keep the process alive.
 * @param count - threads that work at a time, the caller's included.
 */
export function nodeThreads(count: number): Threads {
  return {
    count,
    spawn(start: CrewStart) {
      const worker = new Worker(new URL('./threads-worker.js', import.meta.url), { workerData: start });
      worker.unref();
    },
  };
}
