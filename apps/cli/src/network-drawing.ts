/**
 * A network as lines of text, 80 columns wide at most: the linear layers between its sites, and the gates of each site.
 *
 * @module
 */
import type { Graph, Node } from '@relent/graph';
import { formatCount } from './format.js';
import type { NetworkInspection, NeuronKinds, SiteInspection } from './inspection.js';

const width = 80;
const barWidth = 16;

/** The marks of a bar, and what neurons they stand for. */
export const barMarks = { kept: '█', shared: '▓', quadratic: '▒', linear: '░' } as const satisfies Record<
  keyof NeuronKinds,
  string
>;

/** The kinds of a site's neurons as a bar; a kind that is there at all has a mark at least. */
export function drawBar(kinds: NeuronKinds, length = barWidth): string {
  const names = (Object.keys(barMarks) as (keyof NeuronKinds)[]).filter((kind) => kinds[kind] > 0);
  const total = names.reduce((sum, kind) => sum + kinds[kind], 0);
  const marks = names.map((kind) => Math.max(1, Math.floor((kinds[kind] / total) * length)));
  const excess = () => marks.reduce((sum, count) => sum + count, 0) - length;
  while (names.length > 0 && excess() !== 0) {
    // Towards the true share, at the kind that is furthest from it.
    const step = excess() > 0 ? -1 : 1;
    const errors = marks.map(
      (count, i) => step * ((kinds[names[i]!] / total) * length - count) - (count + step < 1 ? length : 0),
    );
    const at = errors.indexOf(Math.max(...errors));
    marks[at]! += step;
  }
  return names.map((kind, i) => barMarks[kind].repeat(marks[i]!)).join('');
}

const pair = ([vertical, horizontal]: readonly [number, number]) => `${vertical}×${horizontal}`;

/** A linear layer in a few words; `null` for those that a reader need not see. */
function describeLayer(node: Node): string | null {
  switch (node.op) {
    case 'conv': {
      const stride = node.stride[0] > 1 ? `/${node.stride[0]}` : '';
      const groups =
        node.groups === 1 ? '' : node.groups === node.outChannels ? ' depthwise' : ` in ${node.groups} groups`;
      return `conv ${pair(node.kernel)}${stride} ${node.outChannels}${groups}`;
    }
    case 'linear':
      return `linear ${node.outFeatures}`;
    case 'add':
      return 'add';
    case 'concat':
      return 'concat';
    case 'average-pool':
      return `average ${pair(node.kernel)}`;
    case 'max-pool':
      return `max ${pair(node.kernel)}`;
    case 'global-average-pool':
      return 'global average';
    case 'resize':
      return `resize ×${node.scale}`;
    case 'input':
    case 'batch-norm':
    case 'flatten':
    case 'relu':
    case 'gate':
    case 'polynomial':
      return null;
    default:
      return node satisfies never;
  }
}

/** Words in lines of at most {@link width}, each after `prefix`. */
function wrap(words: readonly string[], separator: string, prefix: string): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of words) {
    const longer = line === '' ? word : `${line}${separator}${word}`;
    if (line !== '' && prefix.length + longer.length + separator.trimEnd().length > width) {
      lines.push((prefix + line + separator).trimEnd());
      line = word;
    } else line = longer;
  }
  return line === '' ? lines : [...lines, prefix + line];
}

/** The end of a long name, which tells more than its beginning. */
function shorten(name: string, length: number): string {
  return name.length <= length ? name : `…${name.slice(name.length - length + 1)}`;
}

function drawSite(site: SiteInspection, nameWidth: number): string[] {
  const { id, shape, comparisonsBefore, comparisons, form } = site;
  const cells = [
    shorten(id, nameWidth).padEnd(nameWidth),
    shape.join('×').padEnd(12),
    drawBar(site).padEnd(barWidth),
    formatCount(comparisonsBefore).padStart(9),
    '→',
    formatCount(comparisons).padStart(9),
  ];
  const kinds = (Object.keys(barMarks) as (keyof NeuronKinds)[])
    .filter((kind) => site[kind] > 0)
    .map((kind) => `${formatCount(site[kind])} ${kind}`);
  const details = form === null ? [] : [...wrap(form.split(', '), ', ', '│   '), `│   ${kinds.join(', ')}`];
  return [`● ${cells.join(' ')}`, ...details];
}

/** Draws a network from its input to its output. */
export function drawNetwork(graph: Graph, { sites }: NetworkInspection): string[] {
  const nameWidth = Math.min(22, Math.max(4, ...sites.map(({ id }) => id.length)));
  const bySite = new Map(sites.map((site) => [site.id, site]));
  const lines: string[] = [];
  let layers: string[] = [];
  const flush = () => {
    lines.push(...wrap(layers, ' · ', '│ '));
    layers = [];
  };
  for (const node of graph.nodes) {
    const site = bySite.get(node.id);
    if (site !== undefined) {
      flush();
      lines.push(...drawSite(site, nameWidth));
    } else {
      const layer = describeLayer(node);
      if (layer !== null) layers.push(layer);
    }
  }
  flush();
  return lines;
}
