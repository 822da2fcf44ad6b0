/**
 * The plots of a frontier: accuracy against what it costs, one line a method, published results as grey marks.
 *
 * @module
 */
import * as Plot from '@observablehq/plot';
import { formatCount } from '../format.js';
import { draw } from './draw.js';
import { type CostAxis, costOf, type FrontierSummary, profile } from './frontier-summary.js';
import { measureOf } from './measure.js';
import type { PublishedSeries } from './published-points.js';

// Distinct in light and dark and to most colour-blind eyes; later methods repeat them with another shape of mark.
const palette = ['#2563c9', '#e08a1e', '#2f9e6e', '#c2447c', '#7a5cd1', '#4aa3b8', '#a1702f', '#d04a3a'] as const;
const shapes = ['circle', 'square', 'triangle', 'diamond'] as const;

const axisLabels: Readonly<Record<CostAxis, string>> = {
  comparisons: 'comparisons an image →',
  bytes: 'bytes an image, both phases →',
  ms: `network time of an image (${profile}), ms →`,
};

/** The colour of each method in all plots of a summary. */
export function methodColours(summary: FrontierSummary): Map<string, string> {
  const labels = [...new Set(summary.entries.filter(({ method }) => method !== 'full').map(({ label }) => label))];
  return new Map(labels.map((label, i) => [label, palette[i % palette.length]!]));
}

/** Test accuracy against one kind of cost; `null` if no entry knows that cost. */
export function drawFrontierBy(
  summary: FrontierSummary,
  axis: CostAxis,
  published: readonly PublishedSeries[] = [],
): string | null {
  const colours = methodColours(summary);
  const labels = [...colours.keys()];
  const points = summary.entries.flatMap((entry) => {
    const cost = costOf(entry, axis);
    if (cost === null || cost <= 0 || entry.method === 'full') return [];
    const shape = shapes[Math.floor(labels.indexOf(entry.label) / palette.length) % shapes.length]!;
    return [{ ...entry, cost, shape, accuracy: entry.testAccuracy * 100, spread: (entry.deviation ?? 0) * 100 }];
  });
  if (points.length === 0) return null;
  const grey =
    axis === 'comparisons'
      ? published.flatMap(({ method, points: list }) =>
          list.map(([thousands, accuracy]) => ({ method, cost: thousands * 1000, accuracy })),
        )
      : [];
  const control = summary.control === null ? [] : [summary.control.testAccuracy * 100];
  const heights = [...points, ...grey].map(({ accuracy }) => accuracy).concat(control);
  const at = { x: 'cost', y: 'accuracy' } as const;
  return draw({
    height: 320,
    marginLeft: 44,
    marginRight: 16,
    marginTop: 30,
    marginBottom: 44,
    ariaLabel: `Test ${measureOf(summary.dataset)} by ${axis}. ${points
      .map(({ label, cost, accuracy }) => `${label} at ${formatCount(cost)}: ${accuracy.toFixed(1)} %`)
      .join('; ')}`,
    x: { type: 'log', label: axisLabels[axis], labelOffset: 36, ticks: 4, tickFormat: '~s', inset: 12 },
    y: {
      label: `↑ test ${measureOf(summary.dataset)}, %`,
      domain: [Math.floor(Math.min(...heights) - 1), Math.ceil(Math.max(...heights) + 1)],
      ticks: 6,
      grid: true,
    },
    color: { domain: labels, range: [...colours.values()] },
    marks: [
      Plot.ruleY(control, { stroke: 'var(--dim)', strokeDasharray: '4 3' }),
      Plot.dot(grey, { ...at, r: 2.5, fill: 'var(--dim)', fillOpacity: 0.55 }),
      Plot.line(points, { ...at, z: 'label', stroke: 'label', strokeWidth: 1.5, sort: 'cost' }),
      Plot.ruleX(points, {
        x: 'cost',
        y1: (point: (typeof points)[number]) => point.accuracy - point.spread,
        y2: (point: (typeof points)[number]) => point.accuracy + point.spread,
        stroke: 'label',
      }),
      Plot.dot(points, { ...at, r: 4, fill: 'label', symbol: 'shape', stroke: 'var(--paper)' }),
    ],
    symbol: { type: 'identity' },
  });
}
