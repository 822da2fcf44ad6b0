/**
 * Loads data sets into memory: named ones by their canonical layout, and folders of images.
 * @module
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { FormatError } from '@relent/graph';
import { catalogueEntry } from './catalogue.js';
import type { Dataset, LabelledImages, Split, SplitName } from './dataset.js';
import { classFolders, decodeFiles, listClassFiles } from './image-folder.js';
import { dataFolder, findDataFolder } from './locate.js';
import { splitValidation } from './split.js';

/** How to load. */
export interface LoadOptions {
  /** The folder with the files, instead of `$RELENT_DATA` and the cache. */
  readonly folder?: string;
  /** Training images set apart for validation; the data set's own number by default. */
  readonly validation?: number;
  /** Which images are set apart; 1 by default, so that every run of a project has the same split. */
  readonly seed?: number;
}

/** Default seed of the validation split. */
const SPLIT_SEED = 1;

/** All images of a reader; their number follows from their size, as labels may be one a pixel. */
function wholeSplit(all: LabelledImages, name: SplitName, inputShape: readonly [number, number, number]): Split {
  const count = all.images.length / inputShape.reduce((product, n) => product * n, 1);
  return { name, count, images: all.images, labels: all.labels };
}

/**
 * The folder that holds the files of a named data set, or `null` if there is none.
 * @throws RangeError if there is no data set of that name.
 */
export function locateDataset(name: string): string | null {
  const { files, layoutFolder } = catalogueEntry(name);
  return findDataFolder(
    name,
    layoutFolder,
    files.map(({ path }) => path),
  );
}

/**
 * Loads a named data set.
 * @throws RangeError if there is no data set of that name, or the validation split takes everything.
 * @throws Error saying how to get the data set if it is not there.
 * @throws FormatError if a file is not what it claims to be.
 */
export async function loadDataset(name: string, options: LoadOptions = {}): Promise<Dataset> {
  const entry = catalogueEntry(name);
  const paths = entry.files.map((file) => file.path);
  const folder = options.folder ?? locateDataset(name);
  if (folder === null)
    throw new Error(`data set "${name}" expected in ${dataFolder(name)}, got nothing; run: relent data get ${name}`);
  const missing = paths.find((path) => !existsSync(join(folder, path)) && !existsSync(join(folder, `${path}.gz`)));
  if (missing !== undefined)
    throw new Error(`data set "${name}" expected the file ${missing} in ${folder}, got no such file`);
  const all: Awaited<ReturnType<typeof entry.read>> & { classes?: readonly string[] } = await entry.read(folder);
  const { inputShape } = entry;
  if (all.validation && options.validation !== undefined)
    throw new RangeError(
      `"validation" expected nothing, as ${name} has validation images of its own, got ${options.validation}`,
    );
  const validationCount = options.validation ?? entry.validationCount;
  const { train, validation } = all.validation
    ? {
        train: wholeSplit(all.train, 'train', inputShape),
        validation: wholeSplit(all.validation, 'validation', inputShape),
      }
    : splitValidation(all.train, validationCount, options.seed ?? SPLIT_SEED);
  const test = wholeSplit(all.test, 'test', inputShape);
  return {
    name: entry.name,
    inputShape,
    classes: all.classes ?? entry.classes,
    counts: { train: all.validation ? train.count : train.count + validation.count, test: test.count },
    mean: entry.mean,
    std: entry.std,
    augmentation: entry.augmentation,
    validationCount,
    train,
    validation,
    test,
  };
}

/** Mean and standard deviation of each channel over a sample of the images, for pixels scaled to [0, 1]. */
function channelStatistics(all: LabelledImages, [channels, height, width]: readonly [number, number, number]) {
  const plane = height * width;
  const mean: number[] = [];
  const std: number[] = [];
  for (let c = 0; c < channels; c++) {
    let sum = 0;
    let squares = 0;
    for (let image = 0; image < all.labels.length; image++)
      for (let i = 0, at = (image * channels + c) * plane; i < plane; i++, at++) {
        const value = all.images[at]! / 255;
        sum += value;
        squares += value * value;
      }
    const count = all.labels.length * plane;
    mean.push(sum / count);
    std.push(Math.max(Math.sqrt(squares / count - (sum / count) ** 2), 1e-3));
  }
  return { mean, std };
}

/**
 * Loads a folder of images. With `train/CLASS/…` and `test/CLASS/…` inside, those are the splits; with `CLASS/…` alone,
 * a fifth of the images becomes the test split. The folders' names are the classes.
 * @param inputShape - [C, H, W] that every image is scaled and cropped to.
 * @throws Error if there is no image.
 * @throws FormatError if a file cannot be decoded, or the two splits have different classes.
 */
export async function loadImageFolder(
  folder: string,
  inputShape: readonly [number, number, number],
  options: Omit<LoadOptions, 'folder'> = {},
): Promise<Dataset> {
  if (!existsSync(folder)) throw new Error(`"folder" expected a folder of images, got ${folder}, which does not exist`);
  const divided = existsSync(join(folder, 'train')) && existsSync(join(folder, 'test'));
  const root = divided ? join(folder, 'train') : folder;
  const classes = classFolders(root);
  const read = async (inside: string) => decodeFiles(listClassFiles(inside, classes), inputShape);
  const seed = options.seed ?? SPLIT_SEED;
  const everything = await read(root);
  if (everything.labels.length === 0) throw new Error(`"folder" expected images in ${root}/CLASS, got none`);
  let training: LabelledImages = everything;
  let test: LabelledImages;
  if (divided) {
    const unknown = classFolders(join(folder, 'test')).find((name) => !classes.includes(name));
    if (unknown !== undefined) throw new FormatError(`"test" expected the classes of train, got ${unknown}`);
    test = await read(join(folder, 'test'));
  } else {
    const parts = splitValidation(everything, Math.floor(everything.labels.length / 5), seed + 1);
    training = parts.train;
    test = parts.validation;
  }
  const validationCount = options.validation ?? Math.floor(training.labels.length / 10);
  const { train, validation } = splitValidation(training, validationCount, seed);
  return {
    name: 'folder',
    inputShape,
    classes,
    counts: { train: training.labels.length, test: test.labels.length },
    ...channelStatistics(train, inputShape),
    augmentation: { padding: Math.floor(inputShape[2] / 8), fill: 'reflect', flip: true },
    validationCount,
    train,
    validation,
    test: wholeSplit(test, 'test', inputShape),
  };
}
