/**
 * `relent reduce MODEL --method … --budget …`: fewer comparisons, fine-tuned to keep the accuracy. Interrupted, it goes on from the
 * last epoch when it is typed again.
 *
 * @module
 */
import { mkdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { ProfileName } from '@relent/protocol';
import { type Command, Option } from 'commander';
import type { Budget } from '../budget.js';
import { addComputeOptions, type ComputeChoice } from '../compute.js';
import { type FamilyRow, familyFolder, writeFamily, writeFamilyTable } from '../family-files.js';
import { formatCount, formatPercent } from '../format.js';
import { methodNames } from '../method-names.js';
import { loadModel, writeModelFile } from '../model-source.js';
import { type CountedPhases, countedPhases, networkOption } from '../network-names.js';
import { addCommand, budget, type CommonOptions, examples, positiveNumber, setting, wholeNumber } from '../options.js';
import { printJson, printLine, printNote, printTable } from '../output.js';
import { describeCost } from '../private-cost.js';
import { reduceNetwork } from '../reduction.js';

interface Options extends CommonOptions, ComputeChoice {
  readonly method: string;
  readonly width?: number;
  readonly budget: Budget;
  readonly network: ProfileName;
  readonly phase: CountedPhases;
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
    .argument('<MODEL>', 'trained model file, or an architecture such as resnet20@cifar-10 to train from scratch')
    .option('--width <factor>', 'width multiplier of an architecture', positiveNumber)
    .requiredOption('--budget <amount>', 'such as 12000, 10% of those with plain ReLUs, 2MB or 300ms', budget)
    .requiredOption('--out <file>', 'model file to write')
    .addOption(new Option('--method <name>', 'reduction method').choices(methodNames).default('share'))
    .option('--set <key=value>', 'option of the method, see docs/methods; may be given again', setting, {})
    .addOption(networkOption())
    .addOption(
      new Option('--phase <name>', 'phases that a budget of bytes or time counts')
        .choices(countedPhases)
        .default('both'),
    )
    .option('--epochs <n>', 'epochs of training', wholeNumber(0, 10_000), 4)
    .option('--batch <n>', 'images a step', wholeNumber(1, 65_536), 128)
    .option('--lr <rate>', 'peak learning rate of fine-tuning', positiveNumber)
    .option('--seed <n>', 'seed of order and augmentation', wholeNumber(0, 2 ** 32 - 1), 1)
    .option('--data <dataset>', 'data set to fine-tune on (the one it was trained on by default)')
    .option('--record <name>', 'write results/NAME/record.json and curve.csv as well')
    .addHelpText(
      'after',
      examples(
        'reduce runs/resnet20/model.relent --budget 10% --out runs/resnet20-10.relent',
        'reduce runs/resnet20/model.relent --method snl --budget 12000 --epochs 8 --out runs/snl.relent',
        'reduce runs/resnet20/model.relent --method auto --budget 5MB --out runs/auto.relent',
      ),
    )
    .action(reduceModel);
  addComputeOptions(command, { trains: true });
}

async function reduceModel(name: string, options: Options): Promise<void> {
  const { model } = await loadModel(name, options);
  const runFolder = `${options.out}.run`;
  mkdirSync(dirname(options.out), { recursive: true });
  const { set, network, phase, ...rest } = options;
  const places = { network, phases: phase };
  const reduced = await reduceNetwork(model, { ...rest, places, methodOptions: set, runFolder });
  await writeModelFile(options.out, reduced.model);
  const family = reduced.family.length > 0 ? await writeFamily(familyFolder(options.out), reduced.family) : [];
  rmSync(runFolder, { recursive: true, force: true });
  if (options.record !== undefined) {
    const folder = join('results', options.record);
    reduced.record(options.record, folder);
    if (family.length > 0) writeFamilyTable(folder, family);
    printNote(`record: results/${options.record}`);
  }
  for (const note of reduced.notes) printNote(note);
  const { comparisons, comparisonsBefore, accuracy, spent } = reduced;
  if (options.json)
    return printJson({
      file: options.out,
      comparisons,
      comparisonsBefore,
      ...(spent === null ? {} : { cost: spent }),
      ...(accuracy === null ? {} : { testAccuracy: accuracy }),
      ...(family.length === 0 ? {} : { family: { folder: familyFolder(options.out), members: family } }),
    });
  if (family.length > 0) printFamily(familyFolder(options.out), family);
  if (spent !== null)
    printLine(
      `${options.out}: ${describeCost(spent.after, spent.measure)} an image, ${describeCost(spent.before, spent.measure)} before`,
    );
  printLine(
    `${options.out}: ${formatCount(comparisons)} of ${formatCount(comparisonsBefore)} comparisons ` +
      `(${formatPercent(comparisons / comparisonsBefore)})${accuracy === null ? '' : `, test accuracy ${formatPercent(accuracy)}`}`,
  );
}

function printFamily(folder: string, family: readonly FamilyRow[]): void {
  const number = { align: 'right' } as const;
  printLine(`\n${folder}: ${family.length} networks`);
  printTable(
    [{ title: 'network' }, { title: 'comparisons', ...number }, { title: 'validation', ...number }, { title: 'front' }],
    family.map(({ label, comparisons, validationAccuracy, onFront }) => [
      label,
      formatCount(comparisons),
      validationAccuracy === null ? '–' : formatPercent(validationAccuracy),
      onFront ? 'yes' : '',
    ]),
  );
  printLine();
}
