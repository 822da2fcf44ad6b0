/**
 * One table a sweep: its methods and budgets beside the two controls.
 *
 * @module
 */
import { formatCount } from '../../apps/cli/dist/format.js';
import { summarise } from '../../apps/cli/dist/report/frontier-summary.js';
import { measureOf } from '../../apps/cli/dist/report/measure.js';
import { accuracyText, budgetText, listed, lossText, percent, titleText } from './figures.mjs';
import { byFallingBudget } from './records.mjs';
import { markdownTable } from './regions.mjs';

/** Methods that share decisions, or compose those that do: what uniform linearisation is held against. */
const sharing = new Set(['share', 'knapsack', 'deepshare', 'auto', 'compose']);

const controls = {
  full: 'full (control: same distillation, all comparisons)',
  linear: 'linear (control: random neurons linearised)',
};

/** The records of every sweep with its summary, by name. */
export async function readSweeps({ records, plans }) {
  const names = [...new Set(records.flatMap(({ run }) => run?.sweep ?? []))].sort();
  return Promise.all(
    names.map(async (name) => {
      const mine = records.filter(({ run }) => run?.sweep === name);
      const summaries = await summarise(mine.map(({ run }) => run));
      if (summaries.length !== 1)
        throw new Error(
          `sweep ${name}: expected records of one network and data set, got ${summaries.map((each) => `${each.network}@${each.dataset}`).join(', ')}`,
        );
      return { name, records: mine, summary: summaries[0], plan: plans.get(name) ?? null };
    }),
  );
}

/** What to type to run a sweep. */
export function sweepCommand({ plan, records }) {
  const file = plan?.file ?? /^relent sweep (\S+)/.exec(records[0].run.command ?? '')?.[1];
  return file === undefined ? null : `relent sweep ${file}`;
}

/** How many of the plan's jobs have a record. */
function progressText(sweep) {
  const command = sweepCommand(sweep);
  const ids = sweep.plan?.ids ?? [];
  const done = ids.filter((id) => sweep.records.some(({ folder }) => folder.endsWith(`/${id}`))).length;
  if (command === null) return '';
  if (sweep.plan === null || done === ids.length) return `All jobs of \`${command}\`.`;
  return `So far ${done} of the ${ids.length} jobs of \`${command}\`.`;
}

/** Which of the methods that share lose less than uniform linearisation at one budget. */
function verdict(budget, entries, control, measure) {
  const at = entries.filter((entry) => entry.budget === budget);
  const linear = at.find(({ method }) => method === 'linear');
  const shared = at.filter(({ method }) => sharing.has(method)).sort((a, b) => b.testAccuracy - a.testAccuracy);
  const where = `At ${budgetText(budget)}`;
  if (!linear) return `${where} there is no record of uniform linearisation yet.`;
  if (shared.length === 0) return `${where} there is no record of a shared or composed model yet.`;
  const named = (entry) => `${entry.label} (${accuracyText(entry)})`;
  const better = shared.filter((entry) => entry.testAccuracy > linear.testAccuracy).map(named);
  const worse = shared.filter((entry) => entry.testAccuracy <= linear.testAccuracy).map(named);
  const loss = lossText(linear, control);
  const costs = loss === null ? '' : `, ${loss} points below the full network`;
  const sentences = [`${where} uniform linearisation reaches ${accuracyText(linear)} ${measure}${costs}.`];
  if (better.length > 0) sentences.push(`Of the shared and composed models ${listed(better)} lose less.`);
  if (worse.length > 0) sentences.push(`${listed(worse)} ${worse.length > 1 ? 'do' : 'does'} not beat it.`);
  return sentences.join(' ') + autoVerdict(at);
}

/** Whether the mixture of forms beats each single method, on the validation split where all have one. */
function autoVerdict(at) {
  const auto = at.find(({ method }) => method === 'auto');
  const single = at.filter(({ method }) => !['auto', 'compose', 'full', 'linear'].includes(method));
  if (!auto || single.length === 0) return '';
  const judged = [auto, ...single].every(({ validationAccuracy }) => validationAccuracy !== null);
  const accuracy = (entry) => (judged ? entry.validationAccuracy : entry.testAccuracy);
  const split = judged ? 'validation' : 'test';
  const better = single.filter((entry) => accuracy(entry) >= accuracy(auto)).map(({ label }) => label);
  if (better.length > 0) return ` On the ${split} split \`auto\` does not beat ${listed(better.sort())}.`;
  const wanting = single.length > 1 ? `all ${single.length} single methods` : single[0].label;
  return ` On the ${split} split \`auto\` beats ${wanting}.`;
}

/** Rows by falling accuracy at the largest budget, then at the next. */
function byAccuracy(budgets, entryAt) {
  return (a, b) => {
    for (const budget of budgets) {
      const difference = (entryAt(b, budget)?.testAccuracy ?? -1) - (entryAt(a, budget)?.testAccuracy ?? -1);
      if (difference !== 0) return difference;
    }
    return a < b ? -1 : 1;
  };
}

const rowTitle = (entry) => controls[entry.method] ?? titleText(entry);

/** With one budget there is room for what a run costs and for the worst class. */
function narrowTable(rows, summary, measure) {
  const titles = ['method', 'comparisons', `test ${measure}`, 'points lost', 'worst class', 'most lost by a class'];
  const cells = (entry) => [
    rowTitle(entry),
    formatCount(entry.comparisons),
    accuracyText(entry),
    entry === summary.control ? '' : (lossText(entry, summary.control) ?? '–'),
    entry.worstClassAccuracy === null ? '–' : `${percent(entry.worstClassAccuracy)} %`,
    entry.worstClassLoss === null ? '–' : percent(entry.worstClassLoss),
  ];
  return markdownTable(titles, 'lrrrrr', rows.map(cells));
}

function sweepTable(sweep, up) {
  const { summary } = sweep;
  const { control } = summary;
  const measure = measureOf(summary.dataset);
  const entries = summary.entries.filter((entry) => entry !== control);
  const budgets = [...new Set(entries.map(({ budget }) => budget))].sort(byFallingBudget);
  const entryAt = (label, budget) => entries.find((entry) => entry.label === label && entry.budget === budget);
  const labels = [...new Set(entries.map(({ label }) => label))].sort(byAccuracy(budgets, entryAt));
  const epochs = [...new Set(sweep.records.map(({ run }) => run.epochs))].sort((a, b) => a - b);
  const teacher = summary.teacherAccuracy === null ? '' : `, teacher ${percent(summary.teacherAccuracy)} %`;
  const about = [
    `**${summary.network} on ${summary.dataset}** ([records](${up}results/${sweep.name})): ` +
      `${formatCount(summary.full)} comparisons${teacher}, ${epochs.join(' or ')} epochs a method.`,
    control === null
      ? 'There is no record of the full network with the same distillation yet, so no losses are given.'
      : `The full network with the same distillation has ${accuracyText(control)} ${measure}.`,
    progressText(sweep),
    sweep.plan?.note ?? '',
  ].filter(Boolean);
  const cell = (entry) => {
    if (!entry) return '–';
    const loss = lossText(entry, control);
    return loss === null ? accuracyText(entry) : `${accuracyText(entry)}, lost ${loss}`;
  };
  const table =
    budgets.length === 1
      ? narrowTable(
          [...(control ? [control] : []), ...labels.map((label) => entryAt(label, budgets[0]))],
          summary,
          measure,
        )
      : markdownTable(
          [`test ${measure} at`, ...budgets.map(budgetText)],
          `l${'r'.repeat(budgets.length)}`,
          labels.map((label) => [
            rowTitle(entries.find((entry) => entry.label === label)),
            ...budgets.map((budget) => cell(entryAt(label, budget))),
          ]),
        );
  const verdicts = budgets.map((budget) => verdict(budget, entries, control, measure)).join('\n');
  return [about.join('\n'), ...(budgets.length > 0 ? [table] : []), verdicts].join('\n\n');
}

/** All sweeps that have a record, one after the other. */
export async function sweepTables(source, up) {
  const sweeps = await readSweeps(source);
  if (sweeps.length === 0) return 'No sweep has a record yet.';
  return sweeps.map((sweep) => sweepTable(sweep, up)).join('\n\n');
}
