import type { z } from 'zod';
import { FormatError } from '../errors.js';
import { parseJson } from '../json-text.js';

/**
 * Reads JSON text of a file against its schema.
 * @throws FormatError naming the first part that does not fit.
 */
export function readJson<T>(name: string, text: string | undefined, schema: z.ZodType<T>): T {
  if (text === undefined) throw new FormatError(`"${name}" expected an entry, got none`);
  const result = schema.safeParse(parseJson(text, name));
  if (result.success) return result.data;
  const issue = result.error.issues[0]!;
  throw new FormatError(`"${[name, ...issue.path].join('.')}" expected another value: ${issue.message}`);
}

/**
 * Runs a check of content that came from a file: what would be a caller's error elsewhere is a bad file here.
 * @throws FormatError with the message of the RangeError or TypeError that the check throws.
 */
export function asFileContent<T>(name: string, check: () => T): T {
  try {
    return check();
  } catch (error) {
    if (error instanceof RangeError || error instanceof TypeError)
      throw new FormatError(`"${name}" expected a valid content: ${error.message}`, { cause: error });
    throw error;
  }
}

/** @throws FormatError unless every tensor of the file was asked for: nothing may hide in a file. */
export function expectAllUsed(names: Iterable<string>, used: ReadonlySet<string>): void {
  for (const name of names)
    if (!used.has(name)) throw new FormatError(`"${name}" expected no tensor of that name, got one`);
}
