/**
 * Lets timers, signals and sockets of the process have their turn in the middle of long computations.
 * @module
 */
import { setImmediate } from 'node:timers/promises';

/**
 * One turn of the event loop.
 * @throws the signal's reason if it is aborted.
 */
export async function otherWork(signal?: AbortSignal): Promise<void> {
  await setImmediate();
  signal?.throwIfAborted();
}
