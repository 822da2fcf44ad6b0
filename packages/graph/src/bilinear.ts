/**
 * Bilinear enlargement by a power of two, with weights that are whole numbers of 1 / (2 · scale)².
 *
 * Output pixel o lies at (o + 1/2) / scale - 1/2 of the input, between its two neighbours; beyond the outermost pixel
 * centres that pixel is repeated (`align_corners = false` of PyTorch).
 * @module
 */

/** The two pixels that an output pixel lies between along one axis, and their weights in units of 1 / (2 · scale). */
export interface BilinearTap {
  readonly first: number;
  readonly second: number;
  readonly firstWeight: number;
  readonly secondWeight: number;
}

/** The taps of all output pixels along an axis of `length` input pixels. */
export function bilinearTaps(length: number, scale: number): BilinearTap[] {
  const unit = 2 * scale;
  return Array.from({ length: length * scale }, (_, o) => {
    const position = Math.max(0, 2 * o + 1 - scale);
    const first = Math.floor(position / unit);
    const secondWeight = position - first * unit;
    return { first, second: Math.min(first + 1, length - 1), firstWeight: unit - secondWeight, secondWeight };
  });
}

/**
 * Visits every output element of [C, H · scale, W · scale] with its four input positions and their weights, which add up
 * to (2 · scale)².
 */
export function forEachBilinear(
  shape: readonly [number, number, number],
  scale: number,
  visit: (output: number, positions: readonly number[], weights: readonly number[]) => void,
): void {
  const [channels, height, width] = shape;
  const rows = bilinearTaps(height, scale);
  const columns = bilinearTaps(width, scale);
  let output = 0;
  for (let c = 0; c < channels; c++)
    for (const row of rows) {
      const top = (c * height + row.first) * width;
      const bottom = (c * height + row.second) * width;
      for (const column of columns) {
        visit(
          output++,
          [top + column.first, top + column.second, bottom + column.first, bottom + column.second],
          [
            row.firstWeight * column.firstWeight,
            row.firstWeight * column.secondWeight,
            row.secondWeight * column.firstWeight,
            row.secondWeight * column.secondWeight,
          ],
        );
      }
    }
}

/** Every output element as the weighted sum of its four input elements, in units of 1 / (2 · scale)². */
export function bilinearSums(
  input: ArrayLike<number>,
  shape: readonly [number, number, number],
  scale: number,
): Float64Array {
  const output = new Float64Array(shape[0] * shape[1] * shape[2] * scale * scale);
  forEachBilinear(shape, scale, (at, positions, weights) => {
    let sum = 0;
    for (let i = 0; i < 4; i++) sum += weights[i]! * input[positions[i]!]!;
    output[at] = sum;
  });
  return output;
}
