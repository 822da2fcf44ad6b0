/**
 * The plots of a quick start's report.
 *
 * @module
 */
import * as Plot from '@observablehq/plot';
import { formatBytes, formatCount, formatPercent } from '../format.js';
import { draw } from './draw.js';
import type { NetworkResult } from './results.js';

/** Test accuracy against comparisons: the frontier. */
export function drawFrontier(networks: readonly NetworkResult[]): string {
  const points = networks.map(({ label, comparisons, accuracy }) => ({ label, comparisons, accuracy: accuracy * 100 }));
  const lowest = Math.min(...points.map(({ accuracy }) => accuracy));
  const ariaLabel = networks.map((each) => `${each.label}: ${formatPercent(each.accuracy)}`).join('; ');
  return draw({
    height: 280,
    marginLeft: 44,
    marginRight: 40,
    marginTop: 30,
    marginBottom: 44,
    ariaLabel: `Test accuracy by comparisons. ${ariaLabel}`,
    x: {
      type: 'log',
      label: 'comparisons an image →',
      labelOffset: 36,
      ticks: 3,
      tickFormat: '~s',
      insetLeft: 24,
      insetRight: 12,
    },
    y: { label: '↑ test accuracy, %', domain: [Math.floor(lowest - 6), 100], ticks: 5, grid: true },
    marks: [
      Plot.line(points, { x: 'comparisons', y: 'accuracy', stroke: 'var(--accent)', strokeWidth: 2 }),
      Plot.dot(points, {
        x: 'comparisons',
        y: 'accuracy',
        r: 5,
        fill: 'var(--accent)',
        stroke: 'var(--paper)',
        strokeWidth: 2,
      }),
      Plot.text(points, {
        x: 'comparisons',
        y: 'accuracy',
        text: (point: (typeof points)[number]) => `${point.label}\n${point.accuracy.toFixed(1)} %`,
        dy: 24,
        fill: 'var(--ink)',
      }),
    ],
  });
}

/** Bytes an image in both phases, one bar a network. */
export function drawTraffic(networks: readonly NetworkResult[]): string {
  const bars = networks.flatMap(({ label, offline, online }) => [
    { label, phase: 'offline', bytes: offline.bytes },
    { label, phase: 'online', bytes: online.bytes },
  ]);
  const totals = networks.map(({ label, offline, online }) => ({ label, bytes: offline.bytes + online.bytes }));
  const ariaLabel = totals.map(({ label, bytes }) => `${label}: ${formatBytes(bytes)}`).join('; ');
  return draw({
    height: 80 + 40 * networks.length,
    marginTop: 6,
    marginBottom: 44,
    marginLeft: 52,
    marginRight: 64,
    ariaLabel: `Bytes an image. ${ariaLabel}`,
    x: { label: 'bytes an image →', labelOffset: 36, tickFormat: '~s', ticks: 4, grid: true },
    y: { label: null, domain: networks.map(({ label }) => label), tickSize: 0 },
    color: { domain: ['offline', 'online'], range: ['var(--accent)', 'var(--second)'] },
    marks: [
      Plot.barX(bars, { x: 'bytes', y: 'label', fill: 'phase', insetLeft: 0.5, insetRight: 0.5, rx: 2 }),
      Plot.text(totals, {
        x: 'bytes',
        y: 'label',
        text: (total: (typeof totals)[number]) => formatBytes(total.bytes),
        textAnchor: 'start',
        dx: 6,
        fill: 'var(--ink)',
      }),
    ],
  });
}

/** In words, how far the cost fell from the first network to the last. */
export function describeGain(networks: readonly NetworkResult[]): string {
  const full = networks[0];
  const least = networks.at(-1);
  if (full === undefined || least === undefined) return '';
  const bytes = (each: NetworkResult) => each.offline.bytes + each.online.bytes;
  return (
    `${formatCount(least.comparisons)} comparisons instead of ${formatCount(full.comparisons)}: ` +
    `${(bytes(full) / bytes(least)).toFixed(1)} times fewer bytes, ` +
    `test accuracy ${formatPercent(least.accuracy)} instead of ${formatPercent(full.accuracy)}.`
  );
}
