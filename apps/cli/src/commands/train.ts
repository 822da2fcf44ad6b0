/**
 * `relent train ARCHITECTURE@DATASET`: trains a network, resuming a run that was interrupted.
 *
 * @module
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { type Command, Option } from 'commander';
import { addComputeOptions, type ComputeChoice } from '../compute.js';
import { formatMs, formatPercent } from '../format.js';
import { namedArchitecture, writeModelFile } from '../model-source.js';
import { addCommand, type CommonOptions, examples, fraction, positiveNumber, wholeNumber } from '../options.js';
import { printJson, printLine, printNote } from '../output.js';
import { trainNetwork } from '../training.js';

interface Options extends CommonOptions, ComputeChoice {
  readonly epochs: number;
  readonly batch: number;
  readonly lr?: number;
  readonly schedule?: 'one-cycle' | 'cosine';
  readonly labelSmoothing?: number;
  readonly optimizer?: 'muon' | 'sgd';
  readonly weightDecay?: number;
  readonly cutout?: number;
  readonly mixup?: number;
  readonly seed: number;
  readonly width?: number;
  readonly validation?: number;
  readonly out?: string;
  readonly record?: string;
}

/** Adds the command. */
export function registerTrain(program: Command): void {
  const command = addCommand(program, 'train', 'train a network on a data set')
    .argument('<MODEL@DATASET>', 'such as resnet20@cifar-10')
    .option('--epochs <n>', 'passes over the training images', wholeNumber(1, 10_000), 16)
    .option('--batch <n>', 'images a step', wholeNumber(1, 65_536), 128)
    .option('--lr <rate>', 'peak learning rate (a recipe that suits the batch by default)', positiveNumber)
    .addOption(new Option('--schedule <name>', 'how the learning rate moves').choices(['one-cycle', 'cosine']))
    .option('--label-smoothing <share>', 'part of each label that goes to all classes alike', fraction, 0)
    .addOption(new Option('--optimizer <name>', 'what moves the weights').choices(['muon', 'sgd']).default('muon'))
    .option('--weight-decay <rate>', 'pull of the weights towards zero, for sgd (default: 0.0005)', positiveNumber)
    .option('--cutout <side>', 'pixels of a square hole in every training image', wholeNumber(0, 1024), 0)
    .option('--mixup <alpha>', 'blend every training image with another one, by Beta(alpha, alpha)', positiveNumber)
    .option('--seed <n>', 'seed of weights, order and augmentation', wholeNumber(0, 2 ** 32 - 1), 1)
    .option('--width <factor>', 'width multiplier of the architecture', positiveNumber)
    .option('--validation <n>', 'training images set apart to choose the checkpoint', wholeNumber(0))
    .option('--out <folder>', 'run folder; a run found there goes on where it stopped (default: runs/MODEL-DATASET)')
    .option('--record <name>', 'write results/NAME/record.json and curve.csv as well')
    .addHelpText(
      'after',
      examples(
        'train resnet20@cifar-10 --epochs 20 --out runs/resnet20',
        'train vgg16-bn@cifar-100 --device cuda --precision mixed',
      ),
    )
    .action(train);
  addComputeOptions(command, { trains: true });
}

async function train(name: string, options: Options): Promise<void> {
  const architecture = await namedArchitecture(name, options);
  const runFolder = options.out ?? join('runs', `${architecture.name}-${architecture.data.name}`);
  mkdirSync(runFolder, { recursive: true });
  const file = join(runFolder, 'model.relent');
  const { model, accuracy, validation, wallMs, record } = await trainNetwork(architecture, { ...options, runFolder });
  await writeModelFile(file, model);
  if (options.record !== undefined) {
    record(options.record, join('results', options.record));
    printNote(`record: results/${options.record}`);
  }
  if (options.json) return printJson({ file, testAccuracy: accuracy, validationAccuracy: validation, wallMs });
  printLine(`${file}: test accuracy ${formatPercent(accuracy)}, trained in ${formatMs(wallMs)}`);
}
