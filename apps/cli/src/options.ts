/**
 * Values of options, checked while the command line is parsed.
 *
 * @module
 */
import { type Command, InvalidArgumentError } from 'commander';
import { type Budget, parseBudget } from './budget.js';

/** Options that every command has. */
export interface CommonOptions {
  readonly json?: boolean;
  readonly verbose?: boolean;
}

/** Adds a command with the options that all commands share. */
export function addCommand(parent: Command, nameAndArguments: string, description: string): Command {
  return parent
    .command(nameAndArguments)
    .description(description)
    .option('--json', 'print the result as JSON on stdout')
    .option('--verbose', 'show the stack of a failure');
}

/** Examples, one command line each, for the end of a command's help. */
export function examples(...lines: readonly string[]): string {
  return ['\nExamples:', ...lines.map((line) => `  $ relent ${line}`)].join('\n');
}

/** A parser of whole numbers from `least` to `most`. */
export function wholeNumber(least: number, most = Number.MAX_SAFE_INTEGER): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (text.trim() === '' || !Number.isInteger(value) || value < least || value > most)
      throw new InvalidArgumentError(
        `Expected a whole number ${most === Number.MAX_SAFE_INTEGER ? `of at least ${least}` : `from ${least} to ${most}`}.`,
      );
    return value;
  };
}

/** A parser of positive finite numbers. */
export function positiveNumber(text: string): number {
  const value = Number(text);
  if (!(value > 0 && value < Infinity)) throw new InvalidArgumentError('Expected a positive number.');
  return value;
}

/** A parser of finite numbers of at least 0. */
export function atLeastZero(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !(value >= 0 && value < Infinity))
    throw new InvalidArgumentError('Expected a number of at least 0.');
  return value;
}

/** A parser of numbers in [0, 1). */
export function fraction(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !(value >= 0 && value < 1))
    throw new InvalidArgumentError('Expected a number of at least 0 and below 1.');
  return value;
}

/** A parser of budgets, see {@link parseBudget}. */
export function budget(text: string): Budget {
  try {
    return parseBudget(text);
  } catch (error) {
    throw new InvalidArgumentError((error as Error).message);
  }
}

/** Where a server listens: on TCP, or behind a WebSocket's address. */
export type Address = { readonly host: string; readonly port: number } | { readonly url: string };

/** A parser of `HOST:PORT`, IPv6 hosts in brackets, and of `ws://…` and `wss://…`. */
export function address(text: string): Address {
  if (/^wss?:\/\/./.test(text) && URL.canParse(text)) return { url: text };
  const [, bracketed, plain, digits] = /^(?:\[([^\]]+)\]|([^:]+)):(\d{1,5})$/.exec(text) ?? [];
  const host = bracketed ?? plain;
  const port = Number(digits);
  if (host === undefined || !(port >= 1 && port <= 65535))
    throw new InvalidArgumentError('Expected HOST:PORT, such as 127.0.0.1:7700, or wss://HOST.');
  return { host, port };
}

/** Collects `--set KEY=VALUE`, one after the other. */
export function setting(text: string, earlier: Readonly<Record<string, string>>): Record<string, string> {
  const at = text.indexOf('=');
  if (at < 1) throw new InvalidArgumentError('Expected KEY=VALUE, such as grouping=patch.');
  return { ...earlier, [text.slice(0, at)]: text.slice(at + 1) };
}
