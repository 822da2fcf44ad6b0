/**
 * Where words go: results to stdout, everything else to stderr, so that `--json` stays clean.
 *
 * @module
 */
import { errorColours, outColours } from './colours.js';

/** Prints a result line on stdout. */
export function printLine(line = ''): void {
  process.stdout.write(`${line}\n`);
}

/** Prints a value as JSON on stdout, one line. */
export function printJson(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value)}\n`);
}

/** Tells on stderr what is happening. */
export function printNote(line: string): void {
  process.stderr.write(`${errorColours.dim(line)}\n`);
}

/** Prints the one line that says why a command failed, on stderr. */
export function printFailure(line: string): void {
  process.stderr.write(`${errorColours.red('relent')}: ${line}\n`);
}

/** A column of {@link printTable}; numbers are aligned to the right. */
export interface Column {
  readonly title: string;
  readonly align?: 'left' | 'right';
}

/** Lays rows out under their titles. */
export function layOutTable(columns: readonly Column[], rows: readonly (readonly string[])[]): string[] {
  const widths = columns.map(({ title }, i) => Math.max(title.length, ...rows.map((row) => (row[i] ?? '').length)));
  const layOut = (cells: readonly string[]) =>
    columns
      .map(({ align }, i) => {
        const cell = cells[i] ?? '';
        return align === 'right' ? cell.padStart(widths[i]!) : cell.padEnd(widths[i]!);
      })
      .join('  ')
      .trimEnd();
  return [layOut(columns.map(({ title }) => title)), ...rows.map(layOut)];
}

/** Prints a table on stdout, titles dimmed. */
export function printTable(columns: readonly Column[], rows: readonly (readonly string[])[]): void {
  const [head, ...body] = layOutTable(columns, rows);
  printLine(outColours.dim(head ?? ''));
  for (const line of body) printLine(line);
}
