/**
 * The documents that show figures of records. A region stands between `<!-- table: WHAT -->` and `<!-- end -->`; WHAT is
 * `sweeps`, `records` or `method NAME`.
 *
 * @module
 */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { methodTable } from './method-table.mjs';
import { readPlans, readRecords } from './records.mjs';
import { fillRegions } from './regions.mjs';
import { recordsTable } from './single-records.mjs';
import { sweepTables } from './sweep-table.mjs';

/** The documents with regions, relative to the root. */
function documentsOf(root) {
  const folder = 'docs/methods';
  const names = existsSync(join(root, folder)) ? readdirSync(join(root, folder)) : [];
  const pages = names.filter((name) => name.endsWith('.md')).sort();
  return ['README.md', ...pages.map((name) => `${folder}/${name}`)];
}

/** Text of a region by what it names; links start from the document's folder. */
async function regionText(what, up, source) {
  if (what === 'sweeps') return sweepTables(source, up);
  if (what === 'records') return recordsTable(source, up);
  const method = /^method ([a-z]+)$/.exec(what)?.[1];
  if (method !== undefined) return methodTable(method, source, up);
  throw new Error(`"table" expected sweeps, records or method NAME, got ${what}`);
}

/**
 * Fills every region of README.md and docs/methods from `results` and `bench/plans` of the same root.
 * @param check - change nothing.
 * @returns the documents that differed.
 */
export async function updateTables(root, check) {
  const source = { records: readRecords(root), plans: readPlans(root) };
  const changed = [];
  for (const path of documentsOf(root)) {
    const before = readFileSync(join(root, path), 'utf8');
    const up = '../'.repeat(path.split('/').length - 1);
    const after = await fillRegions(path, before, (what) => regionText(what, up, source));
    if (after === before) continue;
    changed.push(path);
    if (!check) writeFileSync(join(root, path), after);
  }
  return changed;
}
