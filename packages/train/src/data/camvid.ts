/**
 * CamVid in the layout of SegNet, scaled to 240 × 180: street scenes with one of eleven classes for every pixel.
 *
 * The archive holds `train`, `val` and `test` with images, and `trainannot`, `valannot` and `testannot` with grey PNGs
 * of the same names, whose value is the class and 11 where there is none. It is unpacked by the program `xz`.
 *
 * Source: Brostow et al., Semantic Object Classes in Video, Pattern Recognition Letters 2009; splits and classes of
 * Badrinarayanan et al., SegNet, arXiv:1511.00561.
 * @module
 */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { FormatError } from '@relent/graph';
import sharp from 'sharp';
import { Parser, type ReadEntry } from 'tar';
import { IGNORED_LABEL, type LabelledImages } from './dataset.js';

/** The archive's name in the data folder. */
export const CAMVID_ARCHIVE = 'camvid-240x180-jpg95.tar.xz';

/** [C, H, W] of an image. */
export const CAMVID_SHAPE = [3, 180, 240] as const;

/** Names of the classes, in label order. */
export const CAMVID_CLASSES = [
  'sky',
  'building',
  'pole',
  'road',
  'pavement',
  'tree',
  'sign',
  'fence',
  'car',
  'pedestrian',
  'bicyclist',
] as const;

/** The files of an archive by path. */
function unpack(archive: string): Promise<Map<string, Buffer>> {
  return new Promise((resolve, reject) => {
    const files = new Map<string, Buffer>();
    const fail = (cause: Error) =>
      reject(new FormatError(`"${archive}" expected an archive that xz and tar can read, got: ${cause.message}`));
    const onReadEntry = (entry: ReadEntry) => {
      const parts: Buffer[] = [];
      entry.on('data', (part) => void parts.push(Buffer.from(part)));
      entry.on('end', () => {
        if (entry.type === 'File') files.set(entry.path.replace(/^\.\//, ''), Buffer.concat(parts));
      });
    };
    const parser = new Parser({ onReadEntry, strict: true });
    parser.on('end', () => resolve(files));
    parser.on('error', fail);
    const xz = spawn('xz', ['--decompress', '--stdout', archive], { stdio: ['ignore', 'pipe', 'pipe'] });
    let words = '';
    xz.stderr.on('data', (part: Buffer) => {
      words += part.toString();
    });
    xz.on('error', (cause) => fail(new Error(`the program xz did not start (${cause.message}); install xz-utils`)));
    xz.on('close', (code) => {
      if (code !== 0) fail(new Error(words.trim() || `exit code ${code}`));
    });
    xz.stdout.on('data', (part: Buffer) => void parser.write(part));
    xz.stdout.on('end', () => void parser.end());
  });
}

/** Bytes [height, width, channels] of one image of the archive. */
async function decode(path: string, bytes: Buffer, channels: 1 | 3): Promise<Buffer> {
  const [, height, width] = CAMVID_SHAPE;
  try {
    const image = sharp(bytes);
    const { data, info } = await (channels === 1 ? image.extractChannel(0) : image.toColourspace('srgb').removeAlpha())
      .raw()
      .toBuffer({ resolveWithObject: true });
    if (info.width !== width || info.height !== height || info.channels !== channels)
      throw new Error(`${info.width} × ${info.height} pixels of ${info.channels} bytes`);
    return data;
  } catch (cause) {
    throw new FormatError(
      `"${path}" expected an image of ${width} × ${height} pixels, got ${(cause as Error).message}`,
    );
  }
}

async function readSplit(files: ReadonlyMap<string, Buffer>, name: 'train' | 'val' | 'test'): Promise<LabelledImages> {
  const [channels, height, width] = CAMVID_SHAPE;
  const plane = height * width;
  const paths = [...files.keys()].filter((path) => path.startsWith(`${name}/`)).sort();
  if (paths.length === 0) throw new FormatError(`"${CAMVID_ARCHIVE}" expected images in ${name}/, got none`);
  const images = new Uint8Array(paths.length * channels * plane);
  const labels = new Int32Array(paths.length * plane);
  for (const [i, path] of paths.entries()) {
    const labelPath = path.replace(`${name}/`, `${name}annot/`).replace(/\.jpg$/, '.png');
    const labelBytes = files.get(labelPath);
    if (!labelBytes) throw new FormatError(`"${CAMVID_ARCHIVE}" expected ${labelPath}, got no such file`);
    const pixels = await decode(path, files.get(path)!, 3);
    const classes = await decode(labelPath, labelBytes, 1);
    for (let p = 0; p < plane; p++) {
      for (let c = 0; c < channels; c++) images[(i * channels + c) * plane + p] = pixels[p * channels + c]!;
      const label = classes[p]!;
      if (label > CAMVID_CLASSES.length)
        throw new FormatError(`"${labelPath}" expected classes up to ${CAMVID_CLASSES.length}, got ${label}`);
      labels[i * plane + p] = label === CAMVID_CLASSES.length ? IGNORED_LABEL : label;
    }
  }
  return { images, labels };
}

/**
 * Reads and decodes the whole data set; the validation images are those of the archive.
 * @throws FormatError if the archive is not what it claims to be.
 */
export async function readCamvid(
  folder: string,
): Promise<{ readonly train: LabelledImages; readonly validation: LabelledImages; readonly test: LabelledImages }> {
  const files = await unpack(join(folder, CAMVID_ARCHIVE));
  return {
    train: await readSplit(files, 'train'),
    validation: await readSplit(files, 'val'),
    test: await readSplit(files, 'test'),
  };
}
