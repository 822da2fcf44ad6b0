/**
 * From the pixels of a page to the input of a network.
 * @module
 */

/** Pixels as a canvas has them: rows of red, green, blue, alpha. An `ImageData` is one. */
export interface Pixels {
  readonly width: number;
  readonly height: number;
  /** [height · width · 4], 0 to 255. */
  readonly data: Uint8ClampedArray | Uint8Array;
}

/** What a network wants of an image. */
export interface InputRequirements {
  /** [C, H, W] with 1 or 3 channels. */
  readonly shape: readonly number[];
  /** Per channel, for pixels scaled to [0, 1]; none means 0 and 1. */
  readonly mean?: readonly number[] | undefined;
  readonly std?: readonly number[] | undefined;
}

/** How one pixel of the result is made of a row or column of the source. */
interface Tap {
  readonly first: number;
  readonly weights: readonly number[];
}

/**
 * Taps of a triangle filter that widens when it shrinks an image, over the middle part of a source that keeps the
 * result's proportions.
 */
function tapsOf(from: number, to: number, scale: number): Tap[] {
  const offset = (from - to * scale) / 2;
  const reach = Math.max(1, scale);
  return Array.from({ length: to }, (_, i) => {
    const center = offset + (i + 0.5) * scale - 0.5;
    const first = Math.max(0, Math.ceil(center - reach));
    const last = Math.min(from - 1, Math.floor(center + reach));
    const raw = Array.from({ length: last - first + 1 }, (_, k) => 1 - Math.abs(first + k - center) / reach);
    const sum = raw.reduce((total, weight) => total + weight, 0);
    return { first, weights: raw.map((weight) => weight / sum) };
  });
}

/** The colour planes of one source row of an image on black; one plane is the luma of Rec. 601. */
function rowPlanes({ data, width }: Pixels, y: number, channels: number): Float64Array {
  const planes = new Float64Array(channels * width);
  for (let x = 0; x < width; x++) {
    const at = 4 * (y * width + x);
    const [red, green, blue, alpha] = [data[at]!, data[at + 1]!, data[at + 2]!, data[at + 3]! / 255];
    if (channels === 1) planes[x] = (0.299 * red + 0.587 * green + 0.114 * blue) * alpha;
    else {
      planes[x] = red * alpha;
      planes[width + x] = green * alpha;
      planes[2 * width + x] = blue * alpha;
    }
  }
  return planes;
}

/**
 * Crops the middle of an image to a network's proportions, scales it (linear filter with the reach of the scale, as most
 * training pipelines do), puts transparency on black, rounds to bytes, and normalises. An opaque image of the network's
 * own size keeps its bytes.
 * @returns [C, H, W], normalised.
 * @throws RangeError if the pixels are not as many as width and height say, or the network has neither 1 nor 3 channels.
 */
export function pixelsToInput(pixels: Pixels, { shape, mean, std }: InputRequirements): Float32Array {
  const [channels = 0, height = 0, width = 0] = shape;
  if (shape.length !== 3 || (channels !== 1 && channels !== 3)) {
    throw new RangeError(`"shape" expected [1 or 3, H, W], got [${shape.join(', ')}]`);
  }
  if (!(pixels.width > 0 && pixels.height > 0) || pixels.data.length !== 4 * pixels.width * pixels.height) {
    const expected = `${pixels.width} × ${pixels.height} pixels of 4 bytes`;
    throw new RangeError(`"image" expected ${expected}, got ${pixels.data.length} bytes`);
  }
  const scale = Math.min(pixels.width / width, pixels.height / height);
  const columns = tapsOf(pixels.width, width, scale);
  const rows = tapsOf(pixels.height, height, scale);
  const plane = height * width;
  const out = new Float32Array(channels * plane);
  const narrow = new Map<number, Float64Array>();
  const narrowRow = (y: number): Float64Array => {
    const planes = rowPlanes(pixels, y, channels);
    const row = new Float64Array(channels * width);
    for (let c = 0; c < channels; c++) {
      for (const [x, { first, weights }] of columns.entries()) {
        let sum = 0;
        for (const [k, weight] of weights.entries()) sum += weight * planes[c * pixels.width + first + k]!;
        row[c * width + x] = sum;
      }
    }
    narrow.set(y, row);
    return row;
  };
  for (const [y, { first, weights }] of rows.entries()) {
    for (const known of narrow.keys()) if (known < first) narrow.delete(known);
    const parts = weights.map((_, k) => narrow.get(first + k) ?? narrowRow(first + k));
    for (let c = 0; c < channels; c++) {
      for (let x = 0; x < width; x++) {
        let sum = 0;
        for (const [k, weight] of weights.entries()) sum += weight * parts[k]![c * width + x]!;
        const byte = Math.min(255, Math.max(0, Math.round(sum)));
        out[c * plane + y * width + x] = (byte / 255 - (mean?.[c] ?? 0)) / (std?.[c] ?? 1);
      }
    }
  }
  return out;
}
