/**
 * `relent quantize MODEL`: turns a trained network into the fixed-point network that runs privately.
 *
 * @module
 */
import type { Command } from 'commander';
import { formatCount, formatPercent } from '../format.js';
import { loadTrainedModel, writeModelFile } from '../model-source.js';
import { addCommand, atLeastZero, type CommonOptions, examples, positiveNumber, wholeNumber } from '../options.js';
import { printJson, printLine } from '../output.js';
import { quantizeModel } from '../quantization.js';
import { chooseWindow, type WindowChoice, type WindowOption, windowOption } from '../window-choice.js';

interface Options extends CommonOptions {
  readonly data?: string;
  readonly images: number;
  readonly ringBits: number;
  readonly margin?: number;
  readonly out?: string;
  readonly window?: WindowOption;
  readonly windowImages: number;
  readonly windowLoss: number;
}

/** Adds the command. */
export function registerQuantize(program: Command): void {
  addCommand(program, 'quantize', 'turn a trained model into fixed point, with a proof of its ranges')
    .argument('<MODEL>', 'model file')
    .option('--data <dataset>', 'data set to calibrate with (the one it was trained on by default)')
    .option('--images <n>', 'training images to calibrate with', wholeNumber(1), 512)
    .option('--ring-bits <l>', 'bits of the ring', wholeNumber(20, 32), 32)
    .option('--margin <factor>', 'how far activations may exceed those seen in calibration', positiveNumber)
    .option(
      '--window <bits>',
      'let comparisons look at so many bits of a score, or "auto": as few as validation images allow (default: exact)',
      windowOption,
    )
    .option('--window-images <n>', 'validation images to measure that with', wholeNumber(1), 500)
    .option('--window-loss <points>', 'accuracy in percent that "auto" may lose', atLeastZero, 0.5)
    .option('--out <file>', 'model file to write (default: MODEL itself)')
    .addHelpText(
      'after',
      '\nThe proof holds for every image whose activations stay within the calibrated\nbounds times the margin.',
    )
    .addHelpText('after', examples('quantize runs/resnet20-10.relent --out runs/private.relent'))
    .action(quantizeCommand);
}

async function quantizeCommand(name: string, options: Options): Promise<void> {
  const { model } = await loadTrainedModel(name);
  const exact = await quantizeModel(model, options);
  const { window, windowImages: images, windowLoss } = options;
  const search = { data: options.data, images, loss: windowLoss / 100 };
  const choice = window === undefined ? null : await chooseWindow(model, exact, window, search);
  const integer = choice?.integer ?? exact;
  const file = options.out ?? name;
  await writeModelFile(file, model, integer);
  const { ringBits, nodes } = integer.graph;
  const sites = nodes.filter((node) => node.op === 'site');
  const layers = nodes.map(({ id, op, scale, maxAbs }) => ({ id, op, scale, maxAbs }));
  if (options.json) return printJson({ file, ringBits, sites: sites.length, layers, window: describeWindow(choice) });
  const largest = nodes.reduce((most, node) => (node.maxAbs > most.maxAbs ? node : most));
  printLine(`${file}: ${formatCount(nodes.length)} nodes, ${sites.length} activation sites, ring of ${ringBits} bits`);
  if (choice !== null) {
    const { bits, exactAccuracy, accuracy } = choice;
    const what = bits === null ? 'exact' : `at most ${bits} bits`;
    printLine(
      `comparisons: ${what}; ${formatPercent(accuracy)} of ${choice.images} validation images right, ` +
        `${formatPercent(exactAccuracy)} with exact ones`,
    );
  }
  printLine(`largest proven value: 2^${Math.log2(largest.maxAbs).toFixed(1)} at ${largest.id}`);
}

/** A choice of window without its model, as printed. */
function describeWindow(choice: WindowChoice | null) {
  if (choice === null) return null;
  const { integer, ...rest } = choice;
  const ignoredBits = integer.graph.nodes.flatMap((node) =>
    node.op === 'site' ? [[node.id, node.ignoredBits ?? 0] as const] : [],
  );
  return { ...rest, ignoredBits: Object.fromEntries(ignoredBits) };
}
