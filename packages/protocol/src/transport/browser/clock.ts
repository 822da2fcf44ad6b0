/**
 * Time in a browser: pages and workers.
 * @module
 */
import type { Clock } from '../../clock.js';

/** The clock of this page or worker. */
export const browserClock: Clock = {
  now: () => performance.now(),
  after(ms, run) {
    const timer = setTimeout(run, ms);
    return () => clearTimeout(timer);
  },
};
