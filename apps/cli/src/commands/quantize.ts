/**
 * `relent quantize MODEL`: turns a trained network into the fixed-point network that runs privately.
 *
 * @module
 */
import type { Command } from 'commander';
import { formatCount } from '../format.js';
import { loadTrainedModel, writeModelFile } from '../model-source.js';
import { addCommand, type CommonOptions, positiveNumber, wholeNumber } from '../options.js';
import { printJson, printLine } from '../output.js';
import { quantizeModel } from '../quantization.js';

interface Options extends CommonOptions {
  readonly data?: string;
  readonly images: number;
  readonly ringBits: number;
  readonly margin?: number;
  readonly out?: string;
}

/** Adds the command. */
export function registerQuantize(program: Command): void {
  addCommand(program, 'quantize', 'turn a trained model into fixed point, with a proof of its ranges')
    .argument('<MODEL>', 'model file')
    .option('--data <dataset>', 'data set to calibrate with (the one it was trained on by default)')
    .option('--images <n>', 'training images to calibrate with', wholeNumber(1), 512)
    .option('--ring-bits <l>', 'bits of the ring', wholeNumber(20, 32), 32)
    .option('--margin <factor>', 'how far activations may exceed those seen in calibration', positiveNumber)
    .option('--out <file>', 'model file to write (default: MODEL itself)')
    .addHelpText(
      'after',
      '\nThe proof holds for every image whose activations stay within the calibrated bounds times the margin.',
    )
    .action(quantizeCommand);
}

async function quantizeCommand(name: string, options: Options): Promise<void> {
  const { model } = await loadTrainedModel(name);
  const integer = await quantizeModel(model, options);
  const file = options.out ?? name;
  await writeModelFile(file, model, integer);
  const { ringBits, nodes } = integer.graph;
  const sites = nodes.filter((node) => node.op === 'site');
  const layers = nodes.map(({ id, op, scale, maxAbs }) => ({ id, op, scale, maxAbs }));
  if (options.json) return printJson({ file, ringBits, sites: sites.length, layers });
  const largest = nodes.reduce((most, node) => (node.maxAbs > most.maxAbs ? node : most));
  printLine(`${file}: ${formatCount(nodes.length)} nodes, ${sites.length} activation sites, ring of ${ringBits} bits`);
  printLine(`largest proven value: 2^${Math.log2(largest.maxAbs).toFixed(1)} at ${largest.id}`);
}
