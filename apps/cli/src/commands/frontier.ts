/**
 * `relent frontier RUNS…`: what the recorded runs reach together, as a table, a page and plots.
 *
 * @module
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { formatCount } from '../format.js';
import { addCommand, type CommonOptions, examples } from '../options.js';
import { printJson, printLine, printNote, printTable } from '../output.js';
import { standaloneSvg } from '../report/draw.js';
import { describeControl, entryCells, entryTitles, renderFrontier } from '../report/frontier-page.js';
import { drawFrontierBy } from '../report/frontier-plots.js';
import { type FrontierSummary, summarise } from '../report/frontier-summary.js';
import { publishedFor } from '../report/published-points.js';
import { findRecords, readRun } from '../report/run-records.js';
import { wrapWords } from '../wrap.js';

interface Options extends CommonOptions {
  readonly out?: string;
}

/** Adds the command. */
export function registerFrontier(program: Command): void {
  addCommand(program, 'frontier', 'compare recorded runs: accuracy against comparisons, bytes and time')
    .argument('<RUNS...>', 'records, or folders with records in them')
    .option('--out <folder>', 'write frontier.html and one SVG a plot as well')
    .addHelpText('after', examples('frontier results/resnet8-fashion-mnist', 'frontier results --out runs/frontier'))
    .action(frontier);
}

async function frontier(paths: readonly string[], options: Options): Promise<void> {
  const runs = findRecords(paths).flatMap((file) => readRun(file) ?? []);
  if (runs.length === 0)
    throw new Error(`"RUNS" expected records of reductions (record.json), got none in ${paths.join(', ')}`);
  const summaries = await summarise(runs);
  if (options.out !== undefined) writeFrontier(options.out, summaries);
  if (options.json)
    return printJson(
      summaries.map(({ hypervolumes, ...rest }) => ({ ...rest, hypervolumes: Object.fromEntries(hypervolumes) })),
    );
  for (const summary of summaries) printSummary(summary);
}

/** Writes the page and the plots. */
export function writeFrontier(folder: string, summaries: readonly FrontierSummary[]): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'frontier.html'), renderFrontier(summaries));
  for (const summary of summaries)
    for (const axis of ['comparisons', 'bytes', 'ms'] as const) {
      const svg = drawFrontierBy(summary, axis, publishedFor(summary.network, summary.dataset));
      const name = `${summary.network}-${summary.dataset}-${axis}.svg`.replace(/[^A-Za-z0-9.-]+/g, '-');
      if (svg !== null) writeFileSync(join(folder, name), standaloneSvg(svg));
    }
}

/** Columns of the page that find room on a terminal; the page and --json have all. */
const shown = ['method', 'runs', 'comparisons', 'accuracy', '± std', 'worst class', 'bytes', 'time', 'front'].map(
  (title) => (entryTitles as readonly string[]).indexOf(title),
);

function printSummary(summary: FrontierSummary): void {
  printLine(`\n${summary.network} on ${summary.dataset}\n`);
  printTable(
    shown.map((i) => (i === 0 ? { title: entryTitles[i]! } : { title: entryTitles[i]!, align: 'right' })),
    summary.entries.map((entry) => shown.map((i) => entryCells(entry)[i]!)),
  );
  const areas = [...summary.hypervolumes].map(([label, area]) => `${label} ${area.toFixed(3)}`);
  printLine();
  const area = `Area under the front up to ${formatCount(summary.full)} comparisons: ${areas.join(', ')}`;
  for (const line of wrapWords(area, 80)) printLine(line);
  for (const line of wrapWords(describeControl(summary), 80))
    if (summary.control === null) printNote(line);
    else printLine(line);
}
