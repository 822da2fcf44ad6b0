/**
 * The binary layout of CIFAR-10 and CIFAR-100.
 *
 * A record is one label byte (CIFAR-100: coarse, then fine) and 3,072 pixel bytes: the red, green and blue planes.
 *
 * Source: Krizhevsky, Learning Multiple Layers of Features from Tiny Images, 2009; the data sets' home page.
 * @module
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { FormatError } from '@relent/graph';
import type { LabelledImages } from './dataset.js';

const IMAGE_BYTES = 3 * 32 * 32;

/**
 * Reads records of one or more files, in order.
 * @param labelBytes - 1 for CIFAR-10, 2 for CIFAR-100 (the last one, the fine label, is kept).
 * @param classes - Number of classes.
 * @throws FormatError if a file is not a whole number of records, or a label is not a class.
 */
export function readCifar(
  folder: string,
  files: readonly string[],
  labelBytes: 1 | 2,
  classes: number,
): LabelledImages {
  const record = labelBytes + IMAGE_BYTES;
  const parts = files.map((file) => {
    const bytes = readFileSync(join(folder, file));
    if (bytes.length === 0 || bytes.length % record !== 0)
      throw new FormatError(`"${join(folder, file)}" expected records of ${record} bytes, got ${bytes.length} bytes`);
    return bytes;
  });
  const count = parts.reduce((sum, part) => sum + part.length / record, 0);
  const images = new Uint8Array(count * IMAGE_BYTES);
  const labels = new Int32Array(count);
  let at = 0;
  parts.forEach((bytes, file) => {
    for (let start = 0; start < bytes.length; start += record, at++) {
      const label = bytes[start + labelBytes - 1]!;
      if (label >= classes)
        throw new FormatError(`"${join(folder, files[file]!)}" expected labels below ${classes}, got ${label}`);
      labels[at] = label;
      images.set(bytes.subarray(start + labelBytes, start + record), at * IMAGE_BYTES);
    }
  });
  return { images, labels };
}
