/**
 * Records and plans as the tables read them.
 *
 * @module
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { findRecords, readRun } from '../../apps/cli/dist/report/run-records.js';
import { parseSweepPlan, sweepCells } from '../../packages/train/dist/index.js';

/** Every record of `results`: its folder relative to the root, its content, and the reduction that it is of, or `null`. */
export function readRecords(root) {
  const results = join(root, 'results');
  return (existsSync(results) ? findRecords([results]) : []).map((file) => ({
    folder: relative(root, dirname(file)).replaceAll('\\', '/'),
    content: JSON.parse(readFileSync(file, 'utf8')),
    run: readRun(file),
  }));
}

/** The plans of `bench/plans` by their sweep's name, with the ids of their jobs. */
export function readPlans(root) {
  const folder = join(root, 'bench', 'plans');
  const files = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith('.json')) : [];
  return new Map(
    files.sort().map((file) => {
      const plan = parseSweepPlan(JSON.parse(readFileSync(join(folder, file), 'utf8')));
      const ids = sweepCells(plan).map(({ id }) => id);
      return [plan.name, { file: `bench/plans/${file}`, note: plan.note ?? null, ids }];
    }),
  );
}

/** Budgets from many comparisons to few: `10%` before `5%`. */
export function byFallingBudget(a, b) {
  return budgetSize(b) - budgetSize(a) || (a < b ? -1 : a > b ? 1 : 0);
}

// Within one sweep budgets have one kind of unit, or nearly so; what matters is a stable order.
function budgetSize(budget) {
  const [, digits, unit] = /^([\d.]+)\s*(\D*)$/.exec(budget) ?? [];
  const scales = { '%': 1, B: 1, kB: 1e3, MB: 1e6, GB: 1e9, ms: 1, s: 1e3, '': 1 };
  return Number(digits ?? 0) * (scales[unit ?? ''] ?? 1);
}
