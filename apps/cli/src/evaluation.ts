/**
 * Accuracy of a model on a split of a data set, in floating point and in fixed point.
 *
 * @module
 */
import type { Model } from '@relent/graph';
import type { SplitName } from '@relent/train';
import { type ComputeChoice, prepareCompute } from './compute.js';
import { normalise } from './images.js';
import { argmax, integerRunner } from './integer-run.js';
import { datasetNamed, type NamedModel } from './model-source.js';
import { startProgress } from './progress.js';
import { datasetOf } from './quantization.js';

/** Which images to evaluate on. */
export interface Selection {
  readonly split: SplitName;
  readonly data?: string;
  /** Only the first images of the split. */
  readonly images?: number;
}

/** Fraction of images whose class was right; for segmentation the mean intersection over union of the classes. */
export interface Accuracy {
  readonly accuracy: number;
  readonly count: number;
}

/** Runs the float network over a split. */
export async function evaluateFloat(
  model: Model,
  selection: Selection,
  compute: ComputeChoice = {},
): Promise<Accuracy> {
  const { evaluate, loadDataset, Network } = await import('@relent/train');
  const { device } = await prepareCompute(compute);
  const { name } = await datasetNamed(datasetOf(model, selection.data));
  const data = await loadDataset(name);
  const whole = data[selection.split];
  const count = Math.min(selection.images ?? whole.count, whole.count);
  const size = whole.images.length / whole.count;
  const part = {
    ...whole,
    count,
    images: whole.images.subarray(0, count * size),
    labels: whole.labels.subarray(0, count * (whole.labels.length / whole.count)),
  };
  const network = Network.fromModel(model, { device });
  const images = { ...data, [selection.split]: part };
  const { accuracy } = await evaluate(network, images, selection.split).finally(() => network.free());
  return { accuracy, count };
}

/** The integer interpreter's modes: exact truncation, or the carries of uniform client shares. */
export type IntegerMode = 'floor' | 'shares';

/**
 * Runs the integer interpreter over a split.
 * @throws Error if the model has not been quantised.
 */
export async function evaluateInteger(
  { model, integer }: Pick<NamedModel, 'model' | 'integer'>,
  selection: Selection,
  mode: IntegerMode = 'floor',
): Promise<Accuracy> {
  if (integer === null)
    throw new Error('"MODEL" expected a quantised model, got a float one; run "relent quantize" first');
  const { loadDataset, PixelAnswers } = await import('@relent/train');
  const { scope, tensor } = await import('@relent/torch');
  const { name } = await datasetNamed(datasetOf(model, selection.data));
  const data = await loadDataset(name);
  const { images, labels, count: all } = data[selection.split];
  const count = Math.min(selection.images ?? all, all);
  const size = images.length / all;
  const { mean = data.mean, std = data.std } = model.info;
  const run = await integerRunner(integer);
  const progress = startProgress('integer interpreter', count);
  const plane = labels.length / all;
  const pixelAnswers = plane > 1 ? new PixelAnswers(data.classes.length) : null;
  let right = 0;
  for (let i = 0; i < count; i++) {
    const pixels = normalise(images.subarray(i * size, (i + 1) * size), { shape: data.inputShape, mean, std });
    const image = run.quantise(pixels);
    const answer = mode === 'floor' ? run.floor(image) : run.uniformShares(image, i);
    if (pixelAnswers === null) right += argmax(answer) === labels[i] ? 1 : 0;
    else
      scope(() => {
        const shape = [1, ...data.inputShape.slice(1)];
        const own = BigInt64Array.from(labels.subarray(i * plane, (i + 1) * plane), BigInt);
        const logits = tensor(Float32Array.from(answer), { shape: [1, data.classes.length, ...shape.slice(1)] });
        pixelAnswers.add(logits, tensor(own, { shape, dtype: 'int64' }));
      });
    progress.update(i + 1);
  }
  progress.stop();
  return { accuracy: pixelAnswers?.mean() ?? right / count, count };
}
