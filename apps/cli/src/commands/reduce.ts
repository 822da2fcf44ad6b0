/**
 * `relent reduce MODEL --method … --budget …`: fewer comparisons, fine-tuned to keep the accuracy. Interrupted, it goes on from the
 * last epoch when it is typed again.
 *
 * @module
 */
import { mkdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type Command, Option } from 'commander';
import { addComputeOptions, type ComputeChoice } from '../compute.js';
import { formatCount, formatPercent } from '../format.js';
import { methodNames } from '../method-names.js';
import { loadTrainedModel, writeModelFile } from '../model-source.js';
import {
  addCommand,
  type Budget,
  budget,
  type CommonOptions,
  positiveNumber,
  setting,
  wholeNumber,
} from '../options.js';
import { printJson, printLine, printNote } from '../output.js';
import { reduceNetwork } from '../training.js';

interface Options extends CommonOptions, ComputeChoice {
  readonly method: string;
  readonly budget: Budget;
  readonly set: Readonly<Record<string, string>>;
  readonly epochs: number;
  readonly batch: number;
  readonly lr?: number;
  readonly seed: number;
  readonly data?: string;
  readonly out: string;
  readonly record?: string;
}

/** Adds the command. */
export function registerReduce(program: Command): void {
  const command = addCommand(program, 'reduce', 'let ReLUs share decisions until a budget of comparisons is met')
    .argument('<MODEL>', 'trained model file')
    .requiredOption('--budget <comparisons>', 'such as 12000, or 10% of those with plain ReLUs', budget)
    .requiredOption('--out <file>', 'model file to write')
    .addOption(new Option('--method <name>', 'reduction method').choices(methodNames).default('share'))
    .option('--set <key=value>', 'option of the method, see docs/methods; may be given again', setting, {})
    .option('--epochs <n>', 'epochs of training', wholeNumber(0, 10_000), 4)
    .option('--batch <n>', 'images a step', wholeNumber(1, 65_536), 128)
    .option('--lr <rate>', 'peak learning rate of fine-tuning', positiveNumber)
    .option('--seed <n>', 'seed of order and augmentation', wholeNumber(0, 2 ** 32 - 1), 1)
    .option('--data <dataset>', 'data set to fine-tune on (the one it was trained on by default)')
    .option('--record <name>', 'write results/NAME/record.json and curve.csv as well')
    .action(reduceModel);
  addComputeOptions(command, { trains: true });
}

async function reduceModel(name: string, options: Options): Promise<void> {
  const { model } = await loadTrainedModel(name);
  const runFolder = `${options.out}.run`;
  mkdirSync(dirname(options.out), { recursive: true });
  const { set, ...rest } = options;
  const reduced = await reduceNetwork(model, { ...rest, methodOptions: set, runFolder });
  await writeModelFile(options.out, reduced.model);
  rmSync(runFolder, { recursive: true, force: true });
  if (options.record !== undefined) {
    reduced.record(options.record, join('results', options.record));
    printNote(`record: results/${options.record}`);
  }
  for (const note of reduced.notes) printNote(note);
  const { comparisons, comparisonsBefore, accuracy } = reduced;
  if (options.json) return printJson({ file: options.out, comparisons, comparisonsBefore, testAccuracy: accuracy });
  printLine(
    `${options.out}: ${formatCount(comparisons)} of ${formatCount(comparisonsBefore)} comparisons ` +
      `(${formatPercent(comparisons / comparisonsBefore)}), test accuracy ${formatPercent(accuracy)}`,
  );
}
