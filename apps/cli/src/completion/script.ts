/**
 * Completion scripts for shells, from the words of the command line.
 *
 * @module
 */
import { bashScript } from './bash.js';
import { fishScript } from './fish.js';
import type { CommandWords } from './vocabulary.js';
import { zshScript } from './zsh.js';

/** Shells that a script can be had for. */
export const shells = ['bash', 'zsh', 'fish'] as const;

const scripts = { bash: bashScript, zsh: zshScript, fish: fishScript };

/** The script of a shell. */
export function completionScript(shell: (typeof shells)[number], commands: readonly CommandWords[]): string {
  return scripts[shell](commands);
}
