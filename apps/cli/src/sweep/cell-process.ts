/**
 * A cell in a process of its own: what goes wrong in one, a lack of memory included, ends no other.
 *
 * @module
 */
import { fork } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** How far a cell is, in [0, 1], and a word on it. */
export interface CellProgress {
  readonly fraction: number;
  readonly note: string;
}

const stopMessage = 'stop';

/**
 * Runs a cell to its end.
 * @param command - The program and its arguments, which report with {@link reportCellProgress}.
 * @param folder - Holds `log.txt` with what the process says.
 * @param signal - Asks the process to end between two steps.
 * @returns `null` when done, else why it failed, in one line.
 */
export function runCellProcess(
  command: readonly [program: string, ...rest: string[]],
  folder: string,
  onProgress: (progress: CellProgress) => void,
  signal?: AbortSignal,
): Promise<string | null> {
  mkdirSync(folder, { recursive: true });
  const path = join(folder, 'log.txt');
  const log = openSync(path, 'w');
  const [program, ...rest] = command;
  return new Promise((resolve) => {
    const child = fork(program, rest, { stdio: ['ignore', log, log, 'ipc'] });
    const stop = () => child.kill();
    process.once('exit', stop);
    const ask = () => child.connected && child.send(stopMessage);
    signal?.addEventListener('abort', ask, { once: true });
    const end = (failure: string | null) => {
      process.off('exit', stop);
      signal?.removeEventListener('abort', ask);
      closeSync(log);
      resolve(failure);
    };
    child.on('message', (progress: CellProgress) => onProgress(progress));
    child.once('error', (error) => end(error.message));
    child.once('exit', (code, signal) => {
      if (code === 0) return end(null);
      const last = readFileSync(path, 'utf8').trim().split('\n').at(-1) ?? '';
      end(signal === null ? last || `exit code ${code}` : `ended by ${signal}`);
    });
  });
}

/** Tells the parent process how far the cell is; without a parent nothing happens. */
export function reportCellProgress(progress: CellProgress): void {
  process.send?.(progress);
}

/**
 * Ends this process when its parent is gone, however the parent ended; without a parent nothing happens.
 *
 * Ctrl-C reaches the processes of a terminal all alike; what it means here is for the parent to say.
 * @returns a signal, aborted when the parent asks for an end between two steps.
 */
export function endWithParent(): AbortSignal {
  const controller = new AbortController();
  if (!process.channel) return controller.signal;
  process.on('SIGINT', () => {});
  process.once('disconnect', () => process.exit(1));
  process.on('message', (message) => {
    if (message === stopMessage) controller.abort(new Error('stopped by the parent'));
  });
  // A listener alone would keep the process alive after its work.
  process.channel.unref();
  return controller.signal;
}
