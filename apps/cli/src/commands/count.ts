/**
 * `relent count MODEL`: how many comparisons a network costs, per site and in total.
 *
 * @module
 */
import type { Command } from 'commander';
import { formatCount } from '../format.js';
import { loadModel } from '../model-source.js';
import { addCommand, type CommonOptions, examples, positiveNumber } from '../options.js';
import { printJson, printLine, printTable } from '../output.js';

interface Options extends CommonOptions {
  readonly width?: number;
}

/** Adds the command. */
export function registerCount(program: Command): void {
  addCommand(program, 'count', 'count comparisons, multiplications, linear and polynomial neurons')
    .argument('<MODEL>', 'model file, or an architecture such as resnet18@cifar-100')
    .option('--width <factor>', 'width multiplier of an architecture', positiveNumber)
    .addHelpText('after', examples('count resnet18@cifar-100', 'count runs/resnet20-10.relent --json'))
    .action(count);
}

async function count(name: string, options: Options): Promise<void> {
  const { model } = await loadModel(name, options);
  const { gateCost } = await import('@relent/graph');
  const { total, sites } = gateCost(model.graph, model.gateMaps);
  if (options.json) return printJson({ ...total, sites: sites.map(({ id, shape, cost }) => ({ id, shape, ...cost })) });

  const number = { align: 'right' } as const;
  printTable(
    [
      { title: 'site' },
      { title: 'shape' },
      { title: 'comparisons', ...number },
      { title: 'products', ...number },
      { title: 'linear', ...number },
      { title: 'polynomial', ...number },
    ],
    [
      ...sites.map(({ id, shape, cost }) => [id, shape.join('×'), ...costCells(cost)]),
      ['total', '', ...costCells(total)],
    ],
  );
  printLine(
    '\nOne comparison is one secure sign decision, one product its use by a neuron.\nAll sites are counted, the stem included.',
  );
}

type Cost = Record<'comparisons' | 'multiplications' | 'linearNeurons' | 'polynomialNeurons', number>;

function costCells(cost: Cost): string[] {
  return [cost.comparisons, cost.multiplications, cost.linearNeurons, cost.polynomialNeurons].map(formatCount);
}
