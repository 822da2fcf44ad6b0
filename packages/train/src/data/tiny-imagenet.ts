/**
 * The layout of Tiny-ImageNet-200: `train/ID/images/*.JPEG`, `val/images/*.JPEG` with labels in a table.
 *
 * The published test images have no labels, so `val` is the test split here, as in every paper that uses the set.
 * @module
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { FormatError } from '@relent/graph';
import type { LabelledImages } from './dataset.js';
import { decodeFiles, type LabelledFile } from './image-folder.js';

/** Files whose presence tells that a folder holds the data set. */
export const TINY_IMAGENET_FILES = ['wnids.txt', 'words.txt', 'val/val_annotations.txt'] as const;

/** Lines of a text file, without empty ones. */
function linesOf(path: string): string[] {
  return readFileSync(path, 'utf8')
    .split(/\r?\n/)
    .filter((line) => line !== '');
}

/**
 * Reads and decodes the whole data set.
 * @throws FormatError if the table names an unknown class or an image cannot be decoded.
 */
export async function readTinyImagenet(
  folder: string,
): Promise<{ readonly train: LabelledImages; readonly test: LabelledImages; readonly classes: readonly string[] }> {
  const ids = linesOf(join(folder, 'wnids.txt')).sort();
  const labelOf = new Map(ids.map((id, label) => [id, label]));
  const words = new Map(linesOf(join(folder, 'words.txt')).map((line) => line.split('\t') as [string, string]));
  const train = ids.flatMap((id, label) => {
    const inside = join(folder, 'train', id, 'images');
    return readdirSync(inside)
      .sort()
      .map((file): LabelledFile => ({ path: join(inside, file), label }));
  });
  const test = linesOf(join(folder, 'val/val_annotations.txt')).map((line): LabelledFile => {
    const [file, id] = line.split('\t');
    const label = labelOf.get(id ?? '');
    if (label === undefined)
      throw new FormatError(`"${join(folder, 'val/val_annotations.txt')}" expected a class of wnids.txt, got ${id}`);
    return { path: join(folder, 'val/images', file ?? ''), label };
  });
  const shape = [3, 64, 64] as const;
  return {
    train: await decodeFiles(train, shape),
    test: await decodeFiles(test, shape),
    classes: ids.map((id) => words.get(id)?.split(',')[0] ?? id),
  };
}
