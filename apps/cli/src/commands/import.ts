/**
 * `relent import FILE --out MODEL`: a network from an ONNX file, or PyTorch's weights of one, as a model file.
 *
 * @module
 */
import { readFileSync } from 'node:fs';
import type { Model, Shape } from '@relent/graph';
import { type Command, InvalidArgumentError } from 'commander';
import { externalDataOf } from '../external-data.js';
import { formatCount } from '../format.js';
import { datasetNamed, writeModelFile } from '../model-source.js';
import { addCommand, type CommonOptions, examples, positiveNumber } from '../options.js';
import { printJson, printLine, printNote } from '../output.js';

interface Options extends CommonOptions {
  readonly out: string;
  readonly input?: Shape;
  readonly dataset?: string;
  readonly name?: string;
  readonly as?: string;
  readonly width?: number;
  readonly replaceActivations?: boolean;
}

/** Adds the command. */
export function registerImport(program: Command): void {
  addCommand(program, 'import', 'import a network from an ONNX file, or weights of PyTorch')
    .argument('<FILE>', 'ONNX file of opset 9 to 21, or a state dict as safetensors (with --as)')
    .requiredOption('--out <file>', 'model file to write')
    .option('--input <CxHxW>', 'size of the image, where the file leaves it open', inputShape)
    .option('--dataset <name>', 'data set that the network was trained on: its classes and normalisation')
    .option('--name <name>', 'name of the model; that in the file unless given')
    .option('--as <architecture>', 'architecture of the weights in a safetensors file, such as resnet18')
    .option('--width <factor>', 'width multiplier of that architecture', positiveNumber)
    .option('--replace-activations', 'make ReLU of activations that relent lacks, and of ReLU6; then train on')
    .addHelpText('after', '\nWhat is imported, and what to do about the rest: docs/onnx.md')
    .addHelpText(
      'after',
      examples(
        'import resnet18.onnx --dataset cifar-10 --out resnet18.relent',
        'import resnet18.safetensors --as resnet18 --dataset cifar-10 --out resnet18.relent',
      ),
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
  const { FormatError, gateCost } = await import('@relent/graph');
  const { out, json } = options;
  // A plain array: a Node Buffer slices without copying.
  const bytes = new Uint8Array(readFileSync(path));
  const read = options.as !== undefined || path.endsWith('.safetensors') ? readWeights : readOnnx;
  const imported = await read(path, bytes, options).catch((error: unknown) => {
    if (error instanceof FormatError) throw new FormatError(`${path}: ${error.message}`);
    throw error;
  });
  const model = options.dataset === undefined ? imported.model : await forDataset(imported.model, options.dataset);
  await writeModelFile(out, model);
  const { comparisons } = gateCost(model.graph, model.gateMaps).total;
  const { notes } = imported;
  if (json) return printJson({ file: out, name: model.info.name, nodes: model.graph.nodes.length, comparisons, notes });
  for (const note of notes) printNote(note);
  printLine(`${out}: ${model.graph.nodes.length} nodes, ${formatCount(comparisons)} comparisons an image`);
}

/** A network and what was changed on the way to it. */
interface Imported {
  readonly model: Model;
  readonly notes: readonly string[];
}

async function readOnnx(path: string, bytes: Uint8Array, options: Options): Promise<Imported> {
  if (/\.(pt|pth|bin|ckpt)$/.test(path))
    throw new Error(
      `"FILE" expected an ONNX file or safetensors, got ${path}; in Python: safetensors.torch.save_file(net.state_dict(), "net.safetensors")`,
    );
  const { importOnnx } = await import('@relent/onnx');
  const { input, name, replaceActivations = false } = options;
  return importOnnx(bytes, {
    replaceActivations,
    externalData: externalDataOf(path),
    ...(name === undefined ? {} : { name }),
    ...(input === undefined ? {} : { inputShape: input }),
  });
}

async function readWeights(path: string, bytes: Uint8Array, options: Options): Promise<Imported> {
  const { importPytorch, zooNames } = await import('@relent/graph');
  const { as: architecture, width, name, dataset } = options;
  if (architecture === undefined || !(zooNames as readonly string[]).includes(architecture))
    throw new Error(`"--as" expected an architecture (${zooNames.join(', ')}), got ${architecture ?? 'none'}`);
  const shape = options.input ?? (dataset === undefined ? undefined : (await datasetNamed(dataset)).inputShape);
  if (shape?.length !== 3)
    throw new Error(
      `"--input" expected the size of the image, such as 3x224x224, or a --dataset, got none for ${path}`,
    );
  const inputShape = [shape[0]!, shape[1]!, shape[2]!] as const;
  const model = importPytorch(bytes, { architecture, inputShape, ...(width === undefined ? {} : { width }) });
  return { model: name === undefined ? model : { ...model, info: { ...model.info, name } }, notes: [] };
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
