/**
 * A quantised network of the zoo with random weights, small enough for a test.
 *
 * @module
 */
import { writeFileSync } from 'node:fs';
import {
  buildZoo,
  calibrate,
  encodeBundle,
  type FloatTensor,
  type IntegerModel,
  type Model,
  patchGates,
  quantize,
  weightShapes,
} from '@relent/graph';

/** The input's shape. */
export const inputShape = [3, 8, 8] as const;

/** Names that must survive the way to the page. */
export const classNames = ['Katze', 'Äpfel', '猫', 'D'];

/** What the server tells of the model. */
export const tinyInfo = { name: 'resnet8-tiny', classes: classNames, mean: [0.5, 0.4, 0.3], std: [0.25, 0.2, 0.3] };

/** A seeded stream of whole numbers below 2^24. */
export function randomNumbers(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state >>> 8;
  };
}

/** Random RGBA pixels, opaque. */
export function randomPixels(seed: number, width: number, height: number): Uint8ClampedArray {
  const next = randomNumbers(seed);
  return Uint8ClampedArray.from({ length: 4 * width * height }, (_, i) => (i % 4 === 3 ? 255 : next() >>> 16));
}

/** A ResNet-8 at a quarter of its width, one site's gates shared by patches; also written to a model file. */
export function writeTinyZooModel(file: string): { readonly model: Model; readonly integer: IntegerModel } {
  const next = randomNumbers(7);
  const graph = buildZoo('resnet8', { inputShape, classes: classNames.length, width: 0.25 });
  const weights = new Map<string, FloatTensor>();
  for (const [name, shape] of weightShapes(graph)) {
    const count = shape.reduce((product, length) => product * length, 1);
    const least = name.endsWith('.variance') ? 0.5 : -0.45;
    const data = Float32Array.from({ length: count }, () => least + next() / 2 ** 24);
    weights.set(name, { shape, data });
  }
  const gateMaps = new Map([['stem.relu', patchGates([4, 8, 8], [2, 2])]]);
  const model: Model = { graph, weights, gateMaps, info: tinyInfo };
  const images = Array.from({ length: 2 }, () =>
    Float32Array.from({ length: 3 * 8 * 8 }, () => (next() / 2 ** 24) * 4 - 2),
  );
  const integer = quantize(model, calibrate(model, images));
  writeFileSync(file, encodeBundle(model, integer));
  return { model, integer };
}
