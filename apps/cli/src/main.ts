/**
 * The command `relent`: parses the command line, runs one command, and answers with an exit code.
 *
 * @module
 */
import { type ExitCode, reportFailure } from './failure.js';
import { createProgram } from './program.js';

/**
 * Runs the command line.
 * @param argv - The arguments after the program's name.
 * @returns 0 when done, 1 when the command failed, 2 for wrong usage, 130 when Ctrl-C ended it.
 */
export async function main(argv: readonly string[]): Promise<ExitCode> {
  // It stays: a closed pipe shows only after the last line was written.
  if (!process.stdout.listeners('error').includes(endOnClosedPipe)) process.stdout.on('error', endOnClosedPipe);
  const program = createProgram();
  try {
    if (argv.length === 0) program.outputHelp();
    else await program.parseAsync(argv as string[], { from: 'user' });
    // A command may have said by itself that something is wrong.
    return process.exitCode === 1 ? 1 : 0;
  } catch (error) {
    return reportFailure(error, argv.includes('--verbose') || process.env.RELENT_DEBUG !== undefined);
  }
}

/** `relent … | head` ends without a word. */
function endOnClosedPipe(error: NodeJS.ErrnoException): void {
  if (error.code === 'EPIPE') process.exit(0);
  throw error;
}
