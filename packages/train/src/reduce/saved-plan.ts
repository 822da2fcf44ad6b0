/**
 * What a method has decided, kept in the run's folder, so that a run that goes on need not decide again.
 * @module
 */
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { FormatError } from '@relent/graph';
import { writeAtomically } from '@relent/torch';
import { z } from 'zod';

/**
 * The plan that a folder holds under a name; `null` if there is none.
 * @param configuration - What the plan was made for.
 * @throws FormatError if the file is damaged; Error if it was made for another configuration.
 */
export function loadPlan<T>(
  folder: string | null,
  name: string,
  schema: z.ZodType<T>,
  configuration: string,
): T | null {
  if (folder === null) return null;
  const path = join(folder, `${name}.json`);
  if (!existsSync(path)) return null;
  let json: unknown;
  try {
    json = JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    throw new FormatError(`"${path}" expected a plan of method ${name}, got no JSON`);
  }
  const read = z.object({ configuration: z.string(), plan: schema }).safeParse(json);
  if (!read.success)
    throw new FormatError(`"${path}" expected a plan of method ${name}, got ${read.error.issues[0]?.message}`);
  if (read.data.configuration !== configuration)
    throw new Error(
      `"${path}" belongs to a run with other options; give another folder or remove it.\n` +
        `  there: ${read.data.configuration}\n  here:  ${configuration}`,
    );
  return read.data.plan as T;
}

/** Writes a plan; without a folder nothing is kept. */
export function savePlan(folder: string | null, name: string, plan: unknown, configuration: string): void {
  if (folder === null) return;
  mkdirSync(folder, { recursive: true });
  writeAtomically(join(folder, `${name}.json`), Buffer.from(JSON.stringify({ configuration, plan })));
}
