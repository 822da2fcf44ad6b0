/**
 * The report: one HTML file that needs nothing else, readable on a phone, in light and in dark.
 *
 * @module
 */
import { formatBytes, formatCount, formatMs, formatPercent } from '../format.js';
import { describeGain, drawFrontier, drawTraffic } from './plots.js';
import type { NetworkResult, ReportResults } from './results.js';

const stylesheet = `
:root { color-scheme: light dark; --paper: #fbfbf9; --card: #ffffff; --ink: #20242a; --dim: #5c6470; --line: #dfe2e6;
  --accent: #2563c9; --second: #e08a1e; }
@media (prefers-color-scheme: dark) { :root { --paper: #15181c; --card: #1d2126; --ink: #e6e8eb; --dim: #9aa3af;
  --line: #333a42; --accent: #6ea4ff; --second: #f2ab4e; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 16px/1.5 system-ui, sans-serif; }
main { max-width: 72rem; margin: 0 auto; padding: 1.5rem 1rem 4rem; }
h1 { font-size: 1.6rem; line-height: 1.2; margin: 0 0 .5rem; } h2 { font-size: 1.1rem; margin: 0 0 .25rem; }
p { margin: 0 0 1rem; max-width: 42rem; } .dim { color: var(--dim); font-size: .9rem; }
.plots { display: grid; gap: 1rem; grid-template-columns: repeat(auto-fit, minmax(min(100%, 24rem), 1fr)); margin: 1.5rem 0; }
figure, .card { margin: 0; padding: 1rem; background: var(--card); border: 1px solid var(--line); border-radius: .6rem; }
figure svg { display: block; width: 100%; height: auto; }
.key { display: inline-block; width: .8em; height: .8em; border-radius: .15em; margin: 0 .3em 0 .6em; }
.scroll { overflow-x: auto; } table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
table { font-size: .9rem; } th, td { padding: .35rem .55rem; text-align: right; white-space: nowrap; border-bottom: 1px solid var(--line); }
th:first-child, td:first-child { text-align: left; } th { color: var(--dim); font-weight: 500; font-size: .85rem; }
tr:last-child td { border-bottom: 0; } .warning { border-left: 4px solid var(--second); margin-top: 1.5rem; }
`;

/** Text that is safe between tags. */
function escapeHtml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll(' %', '&nbsp;%');
}

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

function table(networks: readonly NetworkResult[]): string {
  const head = titles.map((title) => `<th scope="col">${escapeHtml(title)}</th>`).join('');
  const body = networks.map(
    (each) =>
      `<tr>${cells(each)
        .map((cell) => `<td>${escapeHtml(cell)}</td>`)
        .join('')}</tr>`,
  );
  return `<div class="scroll"><table><thead><tr>${head}</tr></thead><tbody>${body.join('\n')}</tbody></table></div>`;
}

/** The whole page. */
export function renderReport(results: ReportResults): string {
  const { network, dataset, networks, warnings } = results;
  const images = networks[0]?.images ?? 0;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>relent: ${escapeHtml(network)} on ${escapeHtml(dataset)}</title>
<style>${stylesheet}</style>
</head>
<body>
<main>
<h1>${escapeHtml(network)} on ${escapeHtml(dataset)}, classified privately</h1>
<p>${escapeHtml(describeGain(networks))}</p>
<p class="dim">A server process held the network, a client process held the images; they spoke over TCP on this machine.
Bytes and times are means per image. ${images} test images went through the full and the most reduced network.</p>
<div class="plots">
<figure><h2>Accuracy against comparisons</h2>${drawFrontier(networks)}</figure>
<figure><h2>Traffic of one private classification</h2><p class="dim"><span class="key" style="background:var(--accent)"></span>offline
<span class="key" style="background:var(--second)"></span>online</p>${drawTraffic(networks)}</figure>
</div>
<div class="card">${table(networks)}</div>
${warnings.map((warning) => `<p class="card warning">${escapeHtml(warning)}</p>`).join('\n')}
</main>
</body>
</html>
`;
}
