/**
 * Time on Node.
 * @module
 */
import { performance } from 'node:perf_hooks';
import type { Clock } from '../../clock.js';

/** The clock of this process. Pending deadlines do not keep the process alive by themselves. */
export const nodeClock: Clock = {
  now: () => performance.now(),
  after(ms, run) {
    const timer = setTimeout(run, ms);
    return () => clearTimeout(timer);
  },
};
