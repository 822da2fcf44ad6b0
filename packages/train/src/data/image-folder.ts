/**
 * Images in folders, one folder a class, decoded to bytes of one size.
 * @module
 */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { FormatError } from '@relent/graph';
import sharp from 'sharp';
import type { LabelledImages } from './dataset.js';

const EXTENSIONS = ['.png', '.jpg', '.jpeg', '.webp', '.gif', '.tif', '.tiff', '.avif'];
const PARALLEL_DECODES = 8;

/** A file to decode and the class it belongs to. */
export interface LabelledFile {
  readonly path: string;
  readonly label: number;
}

/** Names of the sub-folders, sorted: the classes of a folder of images. */
export function classFolders(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort();
}

/** The image files of each class folder, sorted within the class. */
export function listClassFiles(folder: string, classes: readonly string[]): LabelledFile[] {
  return classes.flatMap((name, label) => {
    const inside = join(folder, name);
    if (!existsSync(inside)) return [];
    return readdirSync(inside)
      .filter((file) => EXTENSIONS.some((extension) => file.toLowerCase().endsWith(extension)))
      .sort()
      .map((file) => ({ path: join(inside, file), label }));
  });
}

/**
 * Decodes one image to planes [C, H, W] of bytes: scaled to cover, then cropped at the centre.
 * @param shape - [C, H, W]; C is 1 (grey) or 3 (red, green, blue).
 * @throws FormatError naming the file if it cannot be decoded.
 */
export async function decodeImage(path: string, shape: readonly [number, number, number]): Promise<Uint8Array> {
  const [channels, height, width] = shape;
  const coloured = sharp(path)
    .flatten({ background: '#000' })
    .toColourspace(channels === 1 ? 'b-w' : 'srgb');
  let pixels: Buffer;
  let stored: number;
  try {
    const decoded = await coloured.resize(width, height, { fit: 'cover' }).raw().toBuffer({ resolveWithObject: true });
    pixels = decoded.data;
    stored = decoded.info.channels;
  } catch (cause) {
    throw new FormatError(`"${path}" expected an image, got ${cause instanceof Error ? cause.message : 'other bytes'}`);
  }
  const plane = height * width;
  const out = new Uint8Array(channels * plane);
  for (let c = 0; c < channels; c++)
    for (let i = 0; i < plane; i++) out[c * plane + i] = pixels[i * stored + Math.min(c, stored - 1)]!;
  return out;
}

/** Decodes many files, several at a time, keeping their order. */
export async function decodeFiles(
  files: readonly LabelledFile[],
  shape: readonly [number, number, number],
): Promise<LabelledImages> {
  const size = shape[0] * shape[1] * shape[2];
  const images = new Uint8Array(files.length * size);
  const labels = Int32Array.from(files, (file) => file.label);
  let next = 0;
  const worker = async () => {
    while (next < files.length) {
      const at = next++;
      images.set(await decodeImage(files[at]!.path, shape), at * size);
    }
  };
  await Promise.all(Array.from({ length: PARALLEL_DECODES }, worker));
  return { images, labels };
}
