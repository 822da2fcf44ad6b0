/**
 * The figures of one method, wherever it ran.
 *
 * @module
 */
import { formatCount } from '../../apps/cli/dist/format.js';
import { summarise } from '../../apps/cli/dist/report/frontier-summary.js';
import { measureOf } from '../../apps/cli/dist/report/measure.js';
import { accuracyText, budgetText, lossText, titleText } from './figures.mjs';
import { byFallingBudget } from './records.mjs';
import { markdownTable } from './regions.mjs';
import { readSweeps, sweepCommand } from './sweep-table.mjs';

/** One row an entry, and the command of each. */
async function entriesOf(method, source) {
  const sweeps = (await readSweeps(source)).flatMap((sweep) =>
    sweep.summary.entries
      .filter((entry) => entry.method === method)
      .sort((a, b) => byFallingBudget(a.budget, b.budget))
      .map((entry) => ({
        entry,
        summary: sweep.summary,
        folder: `results/${sweep.name}`,
        command: sweepCommand(sweep),
      })),
  );
  const single = source.records.filter(({ run }) => run !== null && run.sweep === null && run.method === method);
  const alone = await Promise.all(
    single.map(async ({ folder, run }) => {
      const [summary] = await summarise([run]);
      return { entry: summary.entries[0], summary, folder, command: run.command };
    }),
  );
  return [...sweeps, ...alone];
}

/** Network, data set, budget, comparisons, accuracy and loss of every record of a method, and how to make them again. */
export async function methodTable(method, source, up) {
  const found = await entriesOf(method, source);
  if (found.length === 0) return 'No record yet.';
  const named = found.some(({ entry }) => titleText(entry) !== method);
  const titles = ['network', 'budget', 'comparisons', 'test', 'points lost', 'record'];
  const rows = found.map(({ entry, summary, folder }) => [
    `${summary.network}, ${summary.dataset}`,
    ...(named ? [titleText(entry)] : []),
    budgetText(entry.budget),
    `${formatCount(entry.comparisons)} of ${formatCount(summary.full)}`,
    `${accuracyText(entry)}${measureOf(summary.dataset) === 'mIoU' ? ' mIoU' : ''}`,
    lossText(entry, summary.control) ?? '–',
    `[${folder.replace('results/', '')}](${up}${folder})`,
  ]);
  const table = markdownTable(
    named ? ['network', 'as', ...titles.slice(1)] : titles,
    named ? 'llrrrrl' : 'lrrrrl',
    rows,
  );
  const commands = [...new Set(found.flatMap(({ command }) => command ?? []))];
  const closing =
    'Points lost are those against the full network with the same distillation, where there is a record of it.' +
    (commands.length > 0 ? ' To make them again:' : '');
  return [table, closing, ...commands.map((command) => `    ${command}`)]
    .join('\n\n')
    .replace(/\n\n( {4}.*)\n\n(?= {4})/g, '\n\n$1\n');
}
