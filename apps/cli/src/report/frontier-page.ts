/**
 * The page of a frontier: plots, the table, the areas, and where published points come from.
 *
 * @module
 */
import { formatBytes, formatCount, formatMs, formatPercent } from '../format.js';
import { escapeHtml, htmlDocument, htmlTable } from './document.js';
import { drawFrontierBy, methodColours } from './frontier-plots.js';
import type { FrontierEntry, FrontierSummary } from './frontier-summary.js';
import { type PublishedSeries, publishedFor } from './published-points.js';

/** Titles of the table, as wide as {@link entryCells}. */
export const entryTitles = [
  'method',
  'budget',
  'runs',
  'comparisons',
  'accuracy',
  '± std',
  'validation',
  'worst class',
  'its largest loss',
  'bytes',
  'time',
  'front',
] as const;

const known = (value: number | null, format: (value: number) => string) => (value === null ? '–' : format(value));

/** One row of the table. */
export function entryCells(entry: FrontierEntry): string[] {
  return [
    entry.label,
    entry.budget,
    String(entry.runs),
    formatCount(entry.comparisons),
    formatPercent(entry.testAccuracy),
    known(entry.deviation, formatPercent),
    known(entry.validationAccuracy, formatPercent),
    known(entry.worstClassAccuracy, formatPercent),
    known(entry.worstClassLoss, formatPercent),
    known(entry.bytes, formatBytes),
    known(entry.ms, formatMs),
    entry.onFront ? 'yes' : '',
  ];
}

/** What must be said of the control, always. */
export function describeControl({ control, teacherAccuracy }: FrontierSummary): string {
  const teacher = teacherAccuracy === null ? '' : ` The teacher has ${formatPercent(teacherAccuracy)}.`;
  if (control === null)
    return `No record of the unreduced network with the same distillation (method full): gains of the distillation cannot be told from those of a method.${teacher}`;
  return `Without reduction and with the same distillation: ${formatPercent(control.testAccuracy)}, ${control.runs} ${control.runs === 1 ? 'run' : 'runs'}.${teacher}`;
}

function sources(published: readonly PublishedSeries[]): string {
  if (published.length === 0) return '';
  const items = published.map(
    ({ method, source, read }) =>
      `<li>${escapeHtml(method)}: ${escapeHtml(source)}${read ? '' : ' (recalled, not checked)'}</li>`,
  );
  return `<div class="card"><h2>Published points</h2><p class="dim">Grey marks. Recipes, epochs and what is counted differ from paper to paper.</p><ul>${items.join('')}</ul></div>`;
}

function sectionOf(summary: FrontierSummary, published: readonly PublishedSeries[]): string {
  const figure = (title: string, svg: string | null) =>
    svg === null ? '' : `<figure><h2>${title}</h2>${svg}</figure>`;
  const keys = [...methodColours(summary)].map(
    ([label, colour]) => `<span class="key" style="background:${colour}"></span>${escapeHtml(label)}`,
  );
  const areas = [...summary.hypervolumes].map(([label, area]) => [label, area.toFixed(3)]);
  return `<h1>${escapeHtml(summary.network)} on ${escapeHtml(summary.dataset)}</h1>
<p>${escapeHtml(describeControl(summary))}</p>
<p class="dim">${keys.join('')}<span class="key" style="background:var(--dim)"></span>published; the dashed line is the unreduced network.</p>
<div class="plots">
${figure('Accuracy against comparisons', drawFrontierBy(summary, 'comparisons', published))}
${figure('Accuracy against bytes', drawFrontierBy(summary, 'bytes'))}
${figure('Accuracy against network time', drawFrontierBy(summary, 'ms'))}
</div>
<div class="card">${htmlTable(entryTitles, summary.entries.map(entryCells))}</div>
<div class="card"><h2>Area under the front</h2><p class="dim">Accuracy × decades of comparisons, up to ${formatCount(summary.full)}.</p>${htmlTable(['method', 'area'], areas)}</div>
${sources(published)}`;
}

/** The whole page, one section a network and data set. */
export function renderFrontier(summaries: readonly FrontierSummary[]): string {
  const sections = summaries.map((summary) => sectionOf(summary, publishedFor(summary.network, summary.dataset)));
  return htmlDocument('relent: frontiers', sections.join('\n'));
}
