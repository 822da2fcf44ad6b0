/**
 * `relent convert MODEL --weights float16 --out FILE`: the same model with its weights stored in another type.
 *
 * @module
 */
import { statSync } from 'node:fs';
import { type Command, Option } from 'commander';
import { formatBytes } from '../format.js';
import { loadTrainedModel, writeModelFile } from '../model-source.js';
import { addCommand, type CommonOptions, examples } from '../options.js';
import { printJson, printLine } from '../output.js';

interface Options extends CommonOptions {
  readonly weights: 'float32' | 'float16';
  readonly out: string;
}

/** Adds the command. */
export function registerConvert(program: Command): void {
  const weights = new Option('--weights <type>', 'type of kernels and matrices in the file');
  addCommand(program, 'convert', 'store the weights of a model in another type')
    .argument('<MODEL>', 'model file')
    .addOption(weights.choices(['float32', 'float16']).default('float16'))
    .requiredOption('--out <file>', 'model file to write')
    .addHelpText('after', '\nA file of float16 has half the size; every command computes with it in float32.')
    .addHelpText('after', examples('convert runs/resnet20/model.relent --out runs/small.relent'))
    .action(convert);
}

async function convert(name: string, { weights, out, json }: Options): Promise<void> {
  const { model, integer } = await loadTrainedModel(name);
  await writeModelFile(out, model, integer, { weights });
  const [before, after] = [name, out].map((file) => statSync(file).size) as [number, number];
  if (json) return printJson({ file: out, weights, bytes: after, bytesBefore: before });
  printLine(`${out}: ${formatBytes(after)}, ${formatBytes(before)} before`);
}
