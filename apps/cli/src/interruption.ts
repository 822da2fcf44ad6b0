/**
 * Ctrl-C: long work ends between two steps, with what it has saved, and says how to go on.
 *
 * @module
 */
import { printNote } from './output.js';
import { typedCommand } from './typed-command.js';

/** Work ended by Ctrl-C or a request to end; the message says what is saved and how to go on. */
export class InterruptedError extends Error {
  override readonly name = 'InterruptedError';
}

/** Exit code of a process that ended by Ctrl-C, as shells have it: 128 + SIGINT. */
export const interruptedCode = 130;

const signals = ['SIGINT', 'SIGTERM'] as const;

/**
 * Runs work that can end early. The first Ctrl-C (or SIGTERM) aborts its signal; a second one ends the process at once.
 * @param work - Stops soon after its signal is aborted.
 * @param saved - Says what is saved by then, such as `3 of 20 epochs are saved in runs/a`.
 * @throws InterruptedError if the work ended because of the signal.
 */
export async function interruptible<T>(work: (signal: AbortSignal) => Promise<T>, saved: () => string): Promise<T> {
  const controller = new AbortController();
  const interrupt = () => {
    if (controller.signal.aborted) process.exit(interruptedCode);
    printNote('\nstopping after this step; Ctrl-C again ends at once');
    controller.abort();
  };
  for (const signal of signals) process.on(signal, interrupt);
  try {
    return await work(controller.signal);
  } catch (error) {
    if (!controller.signal.aborted) throw error;
    throw new InterruptedError(`interrupted: ${saved()}.\nTo go on, type:  ${typedCommand()}`, { cause: error });
  } finally {
    for (const signal of signals) process.off(signal, interrupt);
  }
}
