/**
 * From an error to an exit code and one clear line.
 *
 * @module
 */
import { CommanderError } from 'commander';
import { InterruptedError, interruptedCode } from './interruption.js';
import { printFailure, printNote } from './output.js';
import { UsageError } from './usage-error.js';

/** 0 done, 1 failed, 2 wrong usage, 130 ended by Ctrl-C. */
export type ExitCode = 0 | 1 | 2 | typeof interruptedCode;

/**
 * Prints why a command ended and says with which exit code.
 * @param showStack - Print the stack as well; only for failures.
 */
export function reportFailure(error: unknown, showStack: boolean): ExitCode {
  // Commander has printed its own message; help and version are not failures.
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  if (error instanceof InterruptedError) {
    printNote(error.message);
    return interruptedCode;
  }
  if (error instanceof UsageError) {
    printFailure(`${error.message}\n("relent --help" lists the commands)`);
    return 2;
  }
  printFailure(messageOf(error));
  if (showStack && error instanceof Error) process.stderr.write(`${error.stack ?? ''}\n`);
  return 1;
}

/** The message of an error; errors of the system are put in words. */
function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { code, path, address, port } = error as NodeJS.ErrnoException & { address?: string; port?: number };
  switch (code) {
    case 'ENOENT':
      return path === undefined ? error.message : `no such file: ${path}`;
    case 'EACCES':
      return `permission denied: ${path ?? error.message}`;
    case 'EISDIR':
      return `expected a file, got a folder${path === undefined ? '' : `: ${path}`}`;
    case 'ECONNREFUSED':
      return `no server answers at ${address ?? 'that host'}:${port ?? '?'}; start one with "relent serve MODEL"`;
    case 'EADDRINUSE':
      return `"port" expected a free port, got ${port ?? '?'} (in use)`;
    default:
      return error.message === '' ? error.name : error.message;
  }
}
