/**
 * `relent sweep PLAN.json`: methods × budgets × seeds as jobs, each in its own process. Interrupted, it goes on where it
 * stood when it is typed again; a job that fails is tried again then.
 *
 * @module
 */
import { rmSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { type Command, Option } from 'commander';
import { addComputeOptions, type ComputeChoice, computeArguments, prepareCompute } from '../compute.js';
import { formatPercent } from '../format.js';
import { interruptible } from '../interruption.js';
import { addCommand, type CommonOptions, examples, wholeNumber } from '../options.js';
import { printJson, printLine, printNote } from '../output.js';
import { startProgress } from '../progress.js';
import { summarise } from '../report/frontier-summary.js';
import { findRecords, readRun } from '../report/run-records.js';
import { type CellProgress, endWithParent, reportCellProgress, runCellProcess } from '../sweep/cell-process.js';
import { isDone, readSweep, type Sweep } from '../sweep/folders.js';
import { runJobs } from '../sweep/jobs.js';
import { runCell } from '../sweep/run-cell.js';
import { writeFrontier } from './frontier.js';

interface Options extends CommonOptions, ComputeChoice {
  readonly runs: string;
  readonly out: string;
  readonly jobs: number;
  readonly list?: boolean;
  readonly cell?: string;
}

/** Adds the command. */
export function registerSweep(program: Command): void {
  const command = addCommand(program, 'sweep', 'run methods × budgets × seeds of a plan, and record them')
    .argument('<PLAN>', 'plan in JSON: name, model, budgets, seeds, epochs, methods')
    .option('--runs <folder>', 'where checkpoints and models go', 'runs')
    .option('--out <folder>', 'where records go', 'results')
    .option('--jobs <n>', 'jobs at a time; a fast device needs several to be busy', wholeNumber(1, 64), 1)
    .option('--list', 'only list the jobs in their order')
    .addOption(new Option('--cell <id>', 'run this one job in this process').hideHelp())
    .addHelpText(
      'after',
      examples('sweep bench/plans/cifar-10.json --list', 'sweep bench/plans/cifar-10.json --jobs 2 --device cuda'),
    )
    .action(sweepPlan);
  addComputeOptions(command, { trains: true });
}

async function sweepPlan(file: string, options: Options): Promise<void> {
  const sweep = await readSweep(file, options);
  if (options.cell !== undefined) return runOne(sweep, options.cell, options);
  const states = sweep.cells.map((cell) => ({ cell, done: isDone(sweep, cell) }));
  if (options.list) {
    if (options.json) return printJson(states.map(({ cell, done }) => ({ ...cell, done })));
    for (const { cell, done } of states) printLine(`${done ? '✓' : '·'} ${cell.id}`);
    return;
  }
  const failures = await interruptible(
    (signal) => runAll(sweep, file, options, signal),
    () => {
      const done = sweep.cells.filter((cell) => isDone(sweep, cell)).length;
      return `${done} of ${sweep.cells.length} jobs are done, and the whole epochs of those under way are saved in ${sweep.runs}`;
    },
  );
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

/** Runs what is not done, as many at once as asked for; answers what failed, in order. */
async function runAll(
  sweep: Sweep,
  file: string,
  options: Options,
  signal: AbortSignal,
): Promise<{ id: string; reason: string }[]> {
  const failures = new Map<string, string>();
  const progress = startProgress(
    `sweep ${sweep.plan.name}`,
    sweep.cells.reduce((sum, { cost }) => sum + cost, 0),
  );
  const spent = new Map<string, number>();
  const update = (note: string) =>
    progress.update(
      [...spent.values()].reduce((sum, cost) => sum + cost, 0),
      note,
    );
  const threads = options.threads ?? Math.max(1, Math.floor(availableParallelism() / options.jobs));
  const compute = computeArguments({ ...options, threads });
  // Each job under way listens for the end of this process.
  process.setMaxListeners(options.jobs + 10);
  await runJobs(sweep.cells, options.jobs, async (cell, i) => {
    const place = `job ${i + 1} of ${sweep.cells.length}: ${cell.id}`;
    signal.throwIfAborted();
    if (!isDone(sweep, cell)) {
      update(place);
      const folder = join(sweep.runs, cell.id);
      const rest = ['sweep', file, '--runs', options.runs, '--out', options.out, ...compute, '--cell', cell.id];
      const command = [process.argv[1]!, ...rest] as const;
      const onProgress = ({ fraction, note }: CellProgress) => {
        spent.set(cell.id, fraction * cell.cost);
        update(`${place}  ${note}`);
      };
      const reason = await runCellProcess(command, folder, onProgress, signal);
      if (reason !== null) signal.throwIfAborted();
      rmSync(join(folder, 'failure.txt'), { force: true });
      if (reason !== null) {
        writeFileSync(join(folder, 'failure.txt'), `${reason}\n`);
        failures.set(cell.id, reason);
        printNote(`${cell.id} failed: ${reason}`);
      } else report(sweep, cell.id);
    }
    spent.set(cell.id, cell.cost);
    update(place);
  }).finally(() => progress.stop());
  return sweep.cells.flatMap(({ id }) => (failures.has(id) ? [{ id, reason: failures.get(id)! }] : []));
}

function report(sweep: Sweep, id: string): void {
  const run = readRun(join(sweep.records, id, 'record.json'));
  if (run) printNote(`${id}: test accuracy ${formatPercent(run.testAccuracy)}`);
}

async function runOne(sweep: Sweep, id: string, choice: ComputeChoice): Promise<void> {
  const cell = sweep.cells.find((each) => each.id === id);
  if (!cell) throw new Error(`"--cell" expected one of ${sweep.cells.map((each) => each.id).join(', ')}, got ${id}`);
  const signal = endWithParent();
  const compute = await prepareCompute(choice);
  await runCell(sweep, cell, { compute, signal }, ({ epoch, epochs, step, steps, loss }) =>
    reportCellProgress({
      fraction: Math.min(1, (epoch * steps + step) / (epochs * steps)),
      note: `epoch ${epoch + 1}/${epochs}${loss === null ? '' : `  loss ${loss.toFixed(3)}`}`,
    }),
  );
}
