import type { Model } from '../graph.js';
import { floatInterpreter } from '../interpret/float.js';

/** Largest magnitude of every node's value over the calibration images, by node id; pre-activations included. */
export type Ranges = ReadonlyMap<string, number>;

/**
 * Measures the ranges of a model with the float interpreter.
 *
 * Use images of the training split. Folding batch norms changes the range of convolutions only, so ranges may be
 * measured before or after it: quantisation reads those of the input and of the sites.
 *
 * @param images - each the input's elements, row-major and normalised.
 * @throws RangeError if there is no image, if an image does not fit, or if a value is not finite (names the node).
 */
export function calibrate(model: Model, images: Iterable<Float32Array>): Ranges {
  const interpret = floatInterpreter(model);
  const ranges = new Map<string, number>();
  for (const image of images)
    for (const [id, values] of interpret(image)) {
      let largest = ranges.get(id) ?? 0;
      for (const value of values) {
        if (!Number.isFinite(value)) throw new RangeError(`node "${id}" expected finite values, got ${value}`);
        largest = Math.max(largest, Math.abs(value));
      }
      ranges.set(id, largest);
    }
  if (ranges.size === 0) throw new RangeError('"images" expected at least one image, got none');
  return ranges;
}
