/**
 * `relent export MODEL --out FILE`: a model as an ONNX file of standard operators.
 *
 * @module
 */
import { renameSync, statSync, writeFileSync } from 'node:fs';
import type { Command } from 'commander';
import { formatBytes } from '../format.js';
import { loadTrainedModel } from '../model-source.js';
import { addCommand, type CommonOptions, examples } from '../options.js';
import { printJson, printLine } from '../output.js';

interface Options extends CommonOptions {
  readonly out: string;
}

/** Adds the command. */
export function registerExport(program: Command): void {
  addCommand(program, 'export', 'write a model as an ONNX file, its gate map as standard operators')
    .argument('<MODEL>', 'trained model file')
    .requiredOption('--out <file>', 'ONNX file to write')
    .addHelpText(
      'after',
      '\nAny ONNX runtime runs the reduced network in the clear, such as to measure\nits accuracy elsewhere. The file holds the float network; fixed point and\nprivate inference stay with relent.',
    )
    .addHelpText('after', examples('export runs/resnet20-10.relent --out resnet20-10.onnx'))
    .action(exportModel);
}

async function exportModel(name: string, { out, json }: Options): Promise<void> {
  const { model } = await loadTrainedModel(name);
  const { exportOnnx } = await import('@relent/onnx');
  const partial = `${out}.partial`;
  writeFileSync(partial, exportOnnx(model));
  renameSync(partial, out);
  const bytes = statSync(out).size;
  if (json) return printJson({ file: out, bytes });
  printLine(`${out}: ${formatBytes(bytes)}`);
}
