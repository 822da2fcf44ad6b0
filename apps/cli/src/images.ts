/**
 * Images named on a command line: files, or stretches of a data set such as `cifar-10:test:0-31`.
 *
 * @module
 */
import { existsSync } from 'node:fs';
import type { Dataset, Split } from '@relent/train';
import { datasetNamed } from './model-source.js';
import { UsageError } from './usage-error.js';

/** An image ready for a network. */
export interface NamedImage {
  readonly name: string;
  /** [C, H, W], normalised. */
  readonly pixels: Float32Array;
  /** Class index, when it is known. */
  readonly label?: number;
}

/** What a network wants of an image. */
export interface ImageRequirements {
  /** [C, H, W]. */
  readonly shape: readonly number[];
  /** Per channel, for pixels scaled to [0, 1]; none means 0 and 1. */
  readonly mean?: readonly number[] | undefined;
  readonly std?: readonly number[] | undefined;
}

const reference = /^([\w-]+):(train|validation|test):(\d+)(?:-(\d+))?$/;

/**
 * Reads all the images named.
 * @throws UsageError if a reference runs backwards.
 * @throws Error if a file is no image, or a data set's images have another shape.
 */
export async function loadImages(names: readonly string[], wanted: ImageRequirements): Promise<NamedImage[]> {
  const loaded = new Map<string, Dataset>();
  const images: NamedImage[] = [];
  for (const name of names) {
    const match = existsSync(name) ? null : reference.exec(name);
    if (match === null) {
      images.push({ name, pixels: await readImageFile(name, wanted) });
      continue;
    }
    const [, dataset = '', split = '', from = '', to = from] = match;
    if (Number(to) < Number(from)) throw new UsageError(`"IMAGE" expected FIRST-LAST in order, got "${name}"`);
    const info = await datasetNamed(dataset);
    const { loadDataset, splitOf } = await import('@relent/train');
    const data = loaded.get(info.name) ?? (await loadDataset(info.name));
    loaded.set(info.name, data);
    images.push(...pickImages(splitOf(data, split as 'train'), data, wanted, Number(from), Number(to)));
  }
  return images;
}

function pickImages(split: Split, data: Dataset, wanted: ImageRequirements, from: number, to: number): NamedImage[] {
  if (data.inputShape.join() !== wanted.shape.join())
    throw new Error(
      `"IMAGE" expected shape [${wanted.shape.join(', ')}], got [${data.inputShape.join(', ')}] from ${data.name}`,
    );
  if (to >= split.count)
    throw new Error(`"IMAGE" expected an index below ${split.count} of ${data.name}:${split.name}, got ${to}`);
  const size = split.images.length / split.count;
  return Array.from({ length: to - from + 1 }, (_, i) => from + i).map((index) => ({
    name: `${data.name}:${split.name}:${index}`,
    pixels: normalise(split.images.subarray(index * size, (index + 1) * size), wanted),
    label: split.labels[index]!,
  }));
}

/** Scales and crops the middle of an image file to the network's input. */
async function readImageFile(path: string, wanted: ImageRequirements): Promise<Float32Array> {
  if (!existsSync(path))
    throw new Error(
      `"IMAGE" expected an image file or a reference such as cifar-10:test:0-31, got "${path}" (no such file)`,
    );
  const [channels, height, width] = wanted.shape as [number, number, number];
  if (channels !== 1 && channels !== 3)
    throw new Error(`"IMAGE" expected a network of 1 or 3 input channels, got one of ${channels}`);
  const { default: sharp } = await import('sharp');
  try {
    const resized = sharp(path).flatten({ background: '#000' }).resize(width, height, { fit: 'cover' });
    const bytes = await resized
      .toColourspace(channels === 1 ? 'b-w' : 'srgb')
      .raw()
      .toBuffer();
    return normalise(toPlanes(bytes, channels, height * width), wanted);
  } catch (error) {
    throw new Error(`"IMAGE" expected an image file, got "${path}" (${(error as Error).message})`, { cause: error });
  }
}

/** [H, W, C] bytes to [C, H, W]. */
function toPlanes(bytes: Uint8Array, channels: number, plane: number): Uint8Array {
  const planes = new Uint8Array(channels * plane);
  for (let c = 0; c < channels; c++) for (let i = 0; i < plane; i++) planes[c * plane + i] = bytes[i * channels + c]!;
  return planes;
}

/** Bytes [C, H, W] to floats of the distribution the network was trained on. */
export function normalise(bytes: Uint8Array, { shape, mean, std }: ImageRequirements): Float32Array {
  const plane = bytes.length / shape[0]!;
  return Float32Array.from(bytes, (byte, i) => {
    const channel = Math.floor(i / plane);
    return (byte / 255 - (mean?.[channel] ?? 0)) / (std?.[channel] ?? 1);
  });
}
