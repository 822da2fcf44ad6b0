/**
 * `relent eval MODEL`: accuracy on a split, in floating point or in the integer interpreter.
 *
 * @module
 */
import { type Command, Option } from 'commander';
import { addComputeOptions, type ComputeChoice } from '../compute.js';
import { evaluateFloat, evaluateInteger, type IntegerMode } from '../evaluation.js';
import { formatPercent } from '../format.js';
import { loadTrainedModel } from '../model-source.js';
import { addCommand, type CommonOptions, examples, wholeNumber } from '../options.js';
import { printJson, printLine } from '../output.js';

interface Options extends CommonOptions, ComputeChoice {
  readonly split: 'train' | 'validation' | 'test';
  readonly data?: string;
  readonly integer?: IntegerMode;
  readonly images?: number;
}

/** Adds the command. */
export function registerEval(program: Command): void {
  const command = addCommand(program, 'eval', 'measure the accuracy of a model')
    .argument('<MODEL>', 'model file')
    .addOption(new Option('--split <name>', 'which images').choices(['train', 'validation', 'test']).default('test'))
    .option('--data <dataset>', 'data set (the one it was trained on by default)')
    .addOption(
      new Option('--integer <mode>', 'run the quantised network, as the private engine computes it').choices([
        'floor',
        'shares',
      ]),
    )
    .option('--images <n>', 'only the first images of the split', wholeNumber(1))
    .addHelpText(
      'after',
      examples('eval runs/resnet20/model.relent', 'eval runs/private.relent --integer floor --images 500'),
    )
    .action(evaluateModel);
  addComputeOptions(command, { trains: false });
}

async function evaluateModel(name: string, options: Options): Promise<void> {
  const named = await loadTrainedModel(name);
  const { split, data, images } = options;
  const selection = { split, ...(data === undefined ? {} : { data }), ...(images === undefined ? {} : { images }) };
  const result =
    options.integer === undefined
      ? await evaluateFloat(named.model, selection, options)
      : await evaluateInteger(named, selection, options.integer);
  if (options.json) return printJson({ model: name, arithmetic: options.integer ?? 'float', split, ...result });
  const what = options.integer === undefined ? 'floating point' : 'fixed point';
  printLine(`${formatPercent(result.accuracy)} of ${result.count} ${split} images right, in ${what}`);
}
