/**
 * From a trained model to its fixed-point network: calibrate on training images, then quantise.
 *
 * @module
 */
import type { IntegerModel, Model } from '@relent/graph';
import { datasetNamed } from './model-source.js';
import { printNote } from './output.js';

/** How to quantise. */
export interface QuantizationOptions {
  /** Data set to calibrate with; the model's own by default. */
  readonly data?: string;
  /** Training images to calibrate with. */
  readonly images: number;
  readonly ringBits: number;
  readonly margin?: number;
}

/** The name of the data set to use with a model. */
export function datasetOf(model: Model, given: string | undefined): string {
  const name = given ?? model.info.dataset;
  if (name !== undefined) return name;
  throw new Error('"--data" expected a data set, since the model does not name one; got none');
}

/**
 * Calibrates and quantises.
 * @throws RangeError naming the layer whose range cannot be proven.
 */
export async function quantizeModel(model: Model, options: QuantizationOptions): Promise<IntegerModel> {
  const { quantize } = await import('@relent/graph');
  const { calibrateFast, loadDataset } = await import('@relent/train');
  const info = await datasetNamed(datasetOf(model, options.data));
  const input = model.graph.nodes[0];
  if (input?.op === 'input' && input.shape.join() !== info.inputShape.join())
    throw new Error(
      `"--data" expected images of shape [${input.shape.join(', ')}], got [${info.inputShape.join(', ')}] from ${info.name}`,
    );
  const data = await loadDataset(info.name);
  const count = Math.min(options.images, data.train.count);
  printNote(`calibrating on ${count} training images of ${info.name}`);
  const ranges = calibrateFast(model, data, { count });
  const { ringBits, margin } = options;
  return quantize(model, ranges, { ringBits, ...(margin === undefined ? {} : { margin }) });
}
