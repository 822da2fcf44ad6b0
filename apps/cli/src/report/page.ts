/**
 * The report of a quick start.
 *
 * @module
 */
import { formatBytes, formatCount, formatMs, formatPercent } from '../format.js';
import { escapeHtml, htmlDocument, htmlTable } from './document.js';
import { describeGain, drawFrontier, drawTraffic } from './plots.js';
import type { NetworkResult, ReportResults } from './results.js';

const titles = [
  'network',
  'comparisons',
  'accuracy',
  'fixed point',
  'offline, predicted',
  'measured',
  'online, predicted',
  'measured',
  'offline time',
  'online time',
  'rounds',
  'private = integer',
];

function cells(each: NetworkResult): string[] {
  return [
    each.label,
    formatCount(each.comparisons),
    formatPercent(each.accuracy),
    formatPercent(each.integerAccuracy),
    formatBytes(each.predicted.offlineBytes),
    formatBytes(each.offline.bytes),
    formatBytes(each.predicted.onlineBytes),
    formatBytes(each.online.bytes),
    formatMs(each.offline.ms),
    formatMs(each.online.ms),
    formatCount(each.online.rounds),
    `${each.exact} of ${each.images}`,
  ];
}

/** The whole page. */
export function renderReport(results: ReportResults): string {
  const { network, dataset, networks, warnings } = results;
  const images = networks[0]?.images ?? 0;
  const body = `<h1>${escapeHtml(network)} on ${escapeHtml(dataset)}, classified privately</h1>
<p>${escapeHtml(describeGain(networks))}</p>
<p class="dim">A server process held the network, a client process held the images; they spoke over TCP on this machine.
Bytes and times are means per image. ${images} test images went through the full and the most reduced network.</p>
<div class="plots">
<figure><h2>Accuracy against comparisons</h2>${drawFrontier(networks)}</figure>
<figure><h2>Traffic of one private classification</h2><p class="dim"><span class="key" style="background:var(--accent)"></span>offline
<span class="key" style="background:var(--second)"></span>online</p>${drawTraffic(networks)}</figure>
</div>
<div class="card">${htmlTable(titles, networks.map(cells))}</div>
${warnings.map((warning) => `<p class="card warning">${escapeHtml(warning)}</p>`).join('\n')}`;
  return htmlDocument(`relent: ${network} on ${dataset}`, body);
}
