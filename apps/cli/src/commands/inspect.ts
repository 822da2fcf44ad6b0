/**
 * `relent inspect MODEL`: draws a network with its gate map.
 *
 * @module
 */
import type { Command } from 'commander';
import { outColours } from '../colours.js';
import { formatCount, formatPercent } from '../format.js';
import { inspectNetwork } from '../inspection.js';
import { loadModel } from '../model-source.js';
import { barMarks, drawNetwork } from '../network-drawing.js';
import { addCommand, type CommonOptions, examples, positiveNumber } from '../options.js';
import { printJson, printLine } from '../output.js';

interface Options extends CommonOptions {
  readonly width?: number;
}

/** Adds the command. */
export function registerInspect(program: Command): void {
  addCommand(program, 'inspect', 'draw a network: comparisons of each site, kept, shared, linear')
    .argument('<MODEL>', 'model file, or an architecture such as resnet18@cifar-100')
    .option('--width <factor>', 'width multiplier of an architecture', positiveNumber)
    .addHelpText('after', examples('inspect runs/resnet20-10.relent', 'inspect resnet20@cifar-10 --json'))
    .action(inspect);
}

async function inspect(name: string, options: Options): Promise<void> {
  const { model, integer, trained } = await loadModel(name, options);
  const { graph, weights, info } = model;
  const inspection = await inspectNetwork(model);
  const input = graph.nodes.find(({ op }) => op === 'input');
  const inputShape = input?.op === 'input' ? input.shape : [];
  const parameters = trained ? [...weights.values()].reduce((sum, { data }) => sum + data.length, 0) : null;
  const ringBits = integer?.graph.ringBits ?? null;
  if (options.json) {
    const { name: network, dataset = null } = info;
    return printJson({ network, dataset, inputShape, parameters, ringBits, ...inspection });
  }

  const { bold, dim } = outColours;
  const facts = [
    `input ${inputShape.join('×')}`,
    ...(info.classes === undefined ? [] : [`${formatCount(info.classes.length)} classes`]),
    parameters === null ? 'no weights' : `${formatCount(parameters)} weights`,
    ringBits === null ? 'not quantised' : `quantised, ring of ${ringBits} bits`,
  ];
  printLine(bold(info.dataset === undefined ? info.name : `${info.name} on ${info.dataset}`));
  printLine(`${facts.join(', ')}\n`);
  for (const line of drawNetwork(graph, inspection)) printLine(line.startsWith('│') ? dim(line) : line);

  const { comparisons, comparisonsBefore, kept, shared, linear, quadratic } = inspection;
  const share = comparisonsBefore === 0 ? '' : ` (${formatPercent(comparisons / comparisonsBefore)})`;
  printLine(`\ncomparisons  ${formatCount(comparisons)} of ${formatCount(comparisonsBefore)}${share}`);
  const kinds = [
    [kept, `${barMarks.kept} kept: a comparison of their own`],
    [shared, `${barMarks.shared} shared: obey one that others obey too`],
    [quadratic, `${barMarks.quadratic} quadratic: no comparison`],
    [linear, `${barMarks.linear} linear: no comparison`],
  ] as const;
  const digits = formatCount(Math.max(...kinds.map(([count]) => count))).length;
  for (const [i, [count, words]] of kinds.entries())
    printLine([(i === 0 ? 'neurons' : '').padEnd(12), formatCount(count).padStart(digits), words].join(' '));
}
