/**
 * `relent import FILE --out MODEL`: a network from an ONNX file as a model file.
 *
 * @module
 */
import { readFileSync } from 'node:fs';
import type { Model, Shape } from '@relent/graph';
import { type Command, InvalidArgumentError } from 'commander';
import { externalDataOf } from '../external-data.js';
import { formatCount } from '../format.js';
import { datasetNamed, writeModelFile } from '../model-source.js';
import { addCommand, type CommonOptions } from '../options.js';
import { printJson, printLine, printNote } from '../output.js';

interface Options extends CommonOptions {
  readonly out: string;
  readonly input?: Shape;
  readonly dataset?: string;
  readonly name?: string;
  readonly replaceActivations?: boolean;
}

/** Adds the command. */
export function registerImport(program: Command): void {
  addCommand(program, 'import', 'import a network from an ONNX file')
    .argument('<FILE>', 'ONNX file of opset 9 to 21, as PyTorch, Keras or timm export it')
    .requiredOption('--out <file>', 'model file to write')
    .option('--input <CxHxW>', 'size of the image, where the file leaves it open', inputShape)
    .option('--dataset <name>', 'data set that the network was trained on: its classes and normalisation')
    .option('--name <name>', 'name of the model; that in the file unless given')
    .option('--replace-activations', 'make ReLU of activations that relent lacks, and of ReLU6; then train on')
    .addHelpText(
      'after',
      '\nExample: relent import resnet18.onnx --dataset cifar-10 --out resnet18.relent\nWhat is imported, and what to do about the rest: docs/onnx.md',
    )
    .action(importFile);
}

/** A parser of sizes such as 3x224x224. */
export function inputShape(text: string): Shape {
  if (!/^\d{1,6}(x\d{1,6}){0,2}$/.test(text) || text.split('x').map(Number).includes(0))
    throw new InvalidArgumentError('Expected CxHxW, such as 3x224x224.');
  return text.split('x').map(Number);
}

async function importFile(path: string, options: Options): Promise<void> {
  const [{ importOnnx }, { FormatError, gateCost }] = await Promise.all([
    import('@relent/onnx'),
    import('@relent/graph'),
  ]);
  const { input, name, replaceActivations = false, out, json } = options;
  // A plain array: a Node Buffer slices without copying.
  const bytes = new Uint8Array(readFileSync(path));
  const imported = (() => {
    try {
      return importOnnx(bytes, {
        replaceActivations,
        externalData: externalDataOf(path),
        ...(name === undefined ? {} : { name }),
        ...(input === undefined ? {} : { inputShape: input }),
      });
    } catch (error) {
      if (error instanceof FormatError) throw new FormatError(`${path}: ${error.message}`);
      throw error;
    }
  })();
  const model = options.dataset === undefined ? imported.model : await forDataset(imported.model, options.dataset);
  await writeModelFile(out, model);
  const { comparisons } = gateCost(model.graph, model.gateMaps).total;
  const { notes } = imported;
  if (json) return printJson({ file: out, name: model.info.name, nodes: model.graph.nodes.length, comparisons, notes });
  for (const note of notes) printNote(note);
  printLine(`${out}: ${model.graph.nodes.length} nodes, ${formatCount(comparisons)} comparisons an image`);
}

/** The model with a data set's classes and normalisation, if it takes such images and tells such classes. */
async function forDataset(model: Model, dataset: string): Promise<Model> {
  const { inferShapes } = await import('@relent/graph');
  const { name, inputShape: image, classes, mean, std } = await datasetNamed(dataset);
  const shapes = inferShapes(model.graph);
  const [input, output] = [shapes.get(model.graph.nodes[0]!.id)!, shapes.get(model.graph.output)!];
  if (String(input) !== String(image))
    throw new Error(`"--dataset" expected images [${input.join(', ')}], got ${name} with [${image.join(', ')}]`);
  if (output[0] !== classes.length)
    throw new Error(`"--dataset" expected ${output[0]} classes, got ${name} with ${classes.length}`);
  return { ...model, info: { ...model.info, dataset: name, classes, mean, std } };
}
