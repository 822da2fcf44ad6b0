/**
 * Where a sweep keeps what: runs with checkpoints and models (not committed), records (committed).
 *
 * @module
 */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { SweepCell, SweepPlan } from '@relent/train';
import { parseBudget } from '../budget.js';
import { networkNames, type Places } from '../network-names.js';
import { expectBudgetKind } from '../reduction.js';

/** A plan that was read, and where its results go. */
export interface Sweep {
  readonly plan: SweepPlan;
  readonly cells: readonly SweepCell[];
  /** Folder of the runs, one folder a cell. */
  readonly runs: string;
  /** Folder of the records, one folder a cell. */
  readonly records: string;
}

/**
 * Reads a plan file.
 * @throws Error if the file is not JSON, RangeError if it is not a plan or names what is not there.
 */
export async function readSweep(
  file: string,
  folders: { readonly runs: string; readonly out: string },
): Promise<Sweep> {
  const { expectOptions, parseSweepPlan, sweepCells } = await import('@relent/train');
  const text = readFileSync(file, 'utf8');
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw new Error(`${file}: expected a plan in JSON, got ${(error as Error).message}`);
  }
  const plan = parseSweepPlan(json);
  placesOf(plan);
  const cells = sweepCells(plan);
  // A wrong name must not come to light after hours of other jobs.
  for (const { method, options, budget } of cells) {
    expectOptions(method, options);
    expectBudgetKind(method, parseBudget(budget));
  }
  return { plan, cells, runs: join(folders.runs, plan.name), records: join(folders.out, plan.name) };
}

/**
 * Where a plan's budgets of bytes and time are counted.
 * @throws RangeError if there is no such network.
 */
export function placesOf({ network, phase }: SweepPlan): Places {
  const found = networkNames.find((name) => name === network);
  if (found) return { network: found, phases: phase };
  throw new RangeError(`"network" of the plan: expected ${networkNames.join(', ')}, got ${network}`);
}

/** What a cell's result depends on: the cell, the plan's recipe, and the teacher's file. */
export function configurationOf({ plan }: Sweep, cell: SweepCell): Readonly<Record<string, unknown>> {
  const { method, label, options, budget, epochs } = cell;
  const teacher = createHash('sha256').update(readFileSync(plan.model)).digest('hex').slice(0, 16);
  const counted = ['comparisons', 'share'].includes(parseBudget(budget).kind) ? {} : { counted: placesOf(plan) };
  return { sweep: plan.name, method, label, options, budget, ...counted, epochs, batch: plan.batch, teacher };
}

/** Whether a cell has a record of just this configuration. */
export function isDone(sweep: Sweep, cell: SweepCell): boolean {
  const file = join(sweep.records, cell.id, 'record.json');
  if (!existsSync(file)) return false;
  try {
    const { configuration } = JSON.parse(readFileSync(file, 'utf8')) as { configuration: Record<string, unknown> };
    const wanted = Object.entries(configurationOf(sweep, cell));
    return wanted.every(([name, value]) => JSON.stringify(configuration[name]) === JSON.stringify(value));
  } catch {
    // A record that cannot be read is as good as none.
    return false;
  }
}
