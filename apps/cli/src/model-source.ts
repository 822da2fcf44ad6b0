/**
 * What MODEL on a command line means: a model file, or an architecture and a data set.
 *
 * @module
 */
import { existsSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { BundleOptions, Graph, IntegerModel, Model } from '@relent/graph';
import type { DatasetInfo } from '@relent/train';
import { didYouMean, nearestName } from './suggestion.js';

/** A model named on the command line. */
export interface NamedModel {
  readonly model: Model;
  /** The quantised network, if the file holds one. */
  readonly integer: IntegerModel | null;
  /** Whether it has trained weights; an architecture by name has none. */
  readonly trained: boolean;
}

/** An architecture for the images of a data set. */
export interface NamedArchitecture {
  readonly name: string;
  readonly graph: Graph;
  readonly data: DatasetInfo;
}

/** Reads a model file, or builds the architecture of that name without weights. */
export async function loadModel(text: string, options: { readonly width?: number } = {}): Promise<NamedModel> {
  if (existsSync(text)) return readModelFile(text);
  if (!text.includes('@') || /[\\/]/.test(text))
    throw new Error(
      `"MODEL" expected a model file or a name such as resnet18@cifar-100, got "${text}" (no such file)${await meantModel(text)}`,
    );
  const { name, graph, data } = await namedArchitecture(text, options);
  const { name: dataset, classes, mean, std } = data;
  const info = { name, dataset, classes, mean, std };
  return { model: { graph, weights: new Map(), gateMaps: new Map(), info }, integer: null, trained: false };
}

/** A file beside the one that was named, or the architecture of that name without its data set. */
async function meantModel(text: string): Promise<string> {
  const folder = dirname(text);
  const names = existsSync(folder) ? readdirSync(folder) : [];
  const file = nearestName(
    basename(text),
    names.filter((name) => name.endsWith('.relent')),
  );
  if (file !== undefined) return `; did you mean "${join(folder, file)}"?`;
  const { zooNames } = await import('@relent/graph');
  const architecture = nearestName(text, zooNames);
  return architecture === undefined ? '' : `; did you mean "${architecture}@cifar-10"?`;
}

/**
 * The same, for commands that need weights.
 * @throws Error if MODEL is only an architecture.
 */
export async function loadTrainedModel(text: string): Promise<NamedModel> {
  const named = await loadModel(text);
  if (named.trained) return named;
  throw new Error(
    `"MODEL" expected a trained model file, got the architecture "${text}"; train it with "relent train ${text}"`,
  );
}

/** Reads one model file, naming the file in what is wrong with it. */
async function readModelFile(path: string): Promise<NamedModel> {
  const { decodeBundle, FormatError } = await import('@relent/graph');
  // A plain array: a Node Buffer slices without copying.
  const bytes = new Uint8Array(readFileSync(path));
  try {
    const { model, integer } = decodeBundle(bytes);
    return { model, integer, trained: true };
  } catch (error) {
    if (error instanceof FormatError) throw new FormatError(`${path}: ${error.message}`);
    throw error;
  }
}

/** Writes a model file in one step, so that a reader never sees half of it. */
export async function writeModelFile(
  path: string,
  model: Model,
  integer: IntegerModel | null = null,
  options: BundleOptions = {},
): Promise<void> {
  const { encodeBundle } = await import('@relent/graph');
  const partial = `${path}.partial`;
  writeFileSync(partial, encodeBundle(model, integer, options));
  renameSync(partial, path);
}

/** Builds `ARCHITECTURE@DATASET`. */
export async function namedArchitecture(
  text: string,
  options: { readonly width?: number } = {},
): Promise<NamedArchitecture> {
  const [architecture = '', dataset = '', ...rest] = text.split('@');
  if (architecture === '' || dataset === '' || rest.length > 0)
    throw new Error(`"MODEL" expected ARCHITECTURE@DATASET, such as resnet20@cifar-10, got "${text}"`);
  const { buildZoo, zooNames } = await import('@relent/graph');
  if (!(zooNames as readonly string[]).includes(architecture))
    throw new Error(
      `"MODEL" expected an architecture (${zooNames.join(', ')}), got "${architecture}"${didYouMean(architecture, zooNames)}`,
    );
  const data = await datasetNamed(dataset);
  const { width } = options;
  const graph = buildZoo(architecture, {
    inputShape: data.inputShape,
    classes: data.classes.length,
    ...(width === undefined ? {} : { width }),
  });
  return { name: width === undefined || width === 1 ? architecture : `${architecture}-w${width}`, graph, data };
}

/** The data set of that name; hyphens may be left out. */
export async function datasetNamed(text: string): Promise<DatasetInfo> {
  const { listDatasets } = await import('@relent/train');
  const plain = (name: string) => name.toLowerCase().replaceAll('-', '');
  const found = listDatasets().find(({ name }) => plain(name) === plain(text));
  if (found !== undefined) return found;
  const names = listDatasets().map(({ name }) => name);
  throw new Error(`"DATASET" expected ${names.join(', ')}, got "${text}"${didYouMean(text, names)}`);
}
