/**
 * `relent sweep PLAN.json`: methods × budgets × seeds as jobs, each in its own process. Interrupted, it goes on where it
 * stood when it is typed again; a job that fails is tried again then.
 *
 * @module
 */
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Command, Option } from 'commander';
import { formatPercent } from '../format.js';
import { addCommand, type CommonOptions, wholeNumber } from '../options.js';
import { printJson, printLine, printNote } from '../output.js';
import { startProgress } from '../progress.js';
import { summarise } from '../report/frontier-summary.js';
import { findRecords, readRun } from '../report/run-records.js';
import { reportCellProgress, runCellProcess } from '../sweep/cell-process.js';
import { isDone, readSweep, type Sweep } from '../sweep/folders.js';
import { runCell } from '../sweep/run-cell.js';
import { writeFrontier } from './frontier.js';

interface Options extends CommonOptions {
  readonly runs: string;
  readonly out: string;
  readonly threads?: number;
  readonly list?: boolean;
  readonly cell?: string;
}

/** Adds the command. */
export function registerSweep(program: Command): void {
  addCommand(program, 'sweep', 'run methods × budgets × seeds of a plan, and record them')
    .argument('<PLAN>', 'plan in JSON: name, model, budgets, seeds, epochs, methods')
    .option('--runs <folder>', 'where checkpoints and models go', 'runs')
    .option('--out <folder>', 'where records go', 'results')
    .option('--threads <n>', 'threads of libtorch', wholeNumber(1, 1024))
    .option('--list', 'only list the jobs in their order')
    .addOption(new Option('--cell <id>', 'run this one job in this process').hideHelp())
    .action(sweepPlan);
}

async function sweepPlan(file: string, options: Options): Promise<void> {
  const sweep = await readSweep(file, options);
  if (options.cell !== undefined) return runOne(sweep, options.cell, options.threads);
  const states = sweep.cells.map((cell) => ({ cell, done: isDone(sweep, cell) }));
  if (options.list) {
    if (options.json) return printJson(states.map(({ cell, done }) => ({ ...cell, done })));
    for (const { cell, done } of states) printLine(`${done ? '✓' : '·'} ${cell.id}`);
    return;
  }
  const failures = await runAll(sweep, file, options);
  const runs = findRecords([sweep.records]).flatMap((record) => readRun(record) ?? []);
  if (runs.length > 0) writeFrontier(sweep.records, await summarise(runs));
  if (options.json) printJson({ records: sweep.records, done: sweep.cells.length - failures.length, failures });
  else
    printLine(`${sweep.cells.length - failures.length} of ${sweep.cells.length} jobs done; records: ${sweep.records}`);
  if (failures.length > 0)
    throw new Error(
      `${failures.length} of ${sweep.cells.length} jobs failed: ${failures.map(({ id }) => id).join(', ')}`,
    );
}

/** Runs what is not done, one by one; answers what failed. */
async function runAll(sweep: Sweep, file: string, options: Options): Promise<{ id: string; reason: string }[]> {
  const total = sweep.cells.reduce((sum, { cost }) => sum + cost, 0);
  const failures: { id: string; reason: string }[] = [];
  const progress = startProgress(`sweep ${sweep.plan.name}`, total);
  let spent = 0;
  for (const [i, cell] of sweep.cells.entries()) {
    const place = `job ${i + 1} of ${sweep.cells.length}: ${cell.id}`;
    if (!isDone(sweep, cell)) {
      progress.update(spent, place);
      const folder = join(sweep.runs, cell.id);
      const threads = options.threads === undefined ? [] : ['--threads', String(options.threads)];
      const rest = ['sweep', file, '--runs', options.runs, '--out', options.out, ...threads, '--cell', cell.id];
      const reason = await runCellProcess([process.argv[1]!, ...rest], folder, ({ fraction, note }) =>
        progress.update(spent + fraction * cell.cost, `${place}  ${note}`),
      );
      rmSync(join(folder, 'failure.txt'), { force: true });
      if (reason !== null) {
        writeFileSync(join(folder, 'failure.txt'), `${reason}\n`);
        failures.push({ id: cell.id, reason });
        printNote(`${cell.id} failed: ${reason}`);
      } else report(sweep, cell.id);
    }
    spent += cell.cost;
    progress.update(spent, place);
  }
  progress.stop();
  return failures;
}

function report(sweep: Sweep, id: string): void {
  const run = readRun(join(sweep.records, id, 'record.json'));
  if (run) printNote(`${id}: test accuracy ${formatPercent(run.testAccuracy)}`);
}

async function runOne(sweep: Sweep, id: string, threads: number | undefined): Promise<void> {
  const cell = sweep.cells.find((each) => each.id === id);
  if (!cell) throw new Error(`"--cell" expected one of ${sweep.cells.map((each) => each.id).join(', ')}, got ${id}`);
  const { setThreads } = await import('@relent/torch');
  if (threads !== undefined) setThreads(threads);
  await runCell(sweep, cell, ({ epoch, epochs, step, steps, loss }) =>
    reportCellProgress({
      fraction: Math.min(1, (epoch * steps + step) / (epochs * steps)),
      note: `epoch ${epoch + 1}/${epochs}${loss === null ? '' : `  loss ${loss.toFixed(3)}`}`,
    }),
  );
}
