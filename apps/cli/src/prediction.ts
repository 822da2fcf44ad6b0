/**
 * What a private inference will cost, before anything runs.
 *
 * @module
 */
import type { IntegerGraph, Model } from '@relent/graph';
import type { PlanCost, PlannerOptions } from '@relent/protocol';
import type { Dataset, SplitName } from '@relent/train';
import type { NamedModel } from './model-source.js';

/** What a server plans for that is told nothing. */
async function defaultPlanning(): Promise<PlannerOptions> {
  const { profiles } = await import('@relent/protocol');
  return { profile: profiles.lan };
}

/** Of which inference the traffic is predicted. */
export interface PredictionOptions {
  /** Which inference of a session, from 0. */
  readonly image?: number;
  /** How many images run at once. */
  readonly images?: number;
  /** As `relent serve` without options unless given. */
  readonly planning?: PlannerOptions;
}

/** Traffic that the planner predicts. */
export async function predictCost(graph: IntegerGraph, options: PredictionOptions = {}): Promise<PlanCost> {
  return (await costPredictor(options))(graph);
}

/** {@link predictCost} as a plain function, for callers that ask again and again. */
export async function costPredictor(options: PredictionOptions = {}): Promise<(graph: IntegerGraph) => PlanCost> {
  const { choosePlan, planCost, planImages } = await import('@relent/protocol');
  const { image = 0, images = 1, planning = await defaultPlanning() } = options;
  return (graph) => planCost(planImages(choosePlan(graph, planning), images), undefined, image);
}

/** Mean bytes of an image. */
export interface MeanBytes {
  readonly offlineBytes: number;
  readonly onlineBytes: number;
}

/** Mean traffic of the first `images` images of one session, as the planner predicts it. */
export async function predictMeanBytes(graph: IntegerGraph, images: number): Promise<MeanBytes> {
  const { choosePlan, planCost } = await import('@relent/protocol');
  const steps = choosePlan(graph, await defaultPlanning());
  let [offlineBytes, onlineBytes] = [0, 0];
  for (let image = 0; image < images; image++) {
    const { offline, online } = planCost(steps, undefined, image);
    offlineBytes += offline.bytesUp + offline.bytesDown;
    onlineBytes += online.bytesUp + online.bytesDown;
  }
  return { offlineBytes: offlineBytes / images, onlineBytes: onlineBytes / images };
}

const syntheticImages = 16;

/**
 * A model with weights, random ones if it has none, and the ranges of its values on noise in place of images.
 * @param trained - whether the model's own weights are there.
 */
export async function noiseCalibration(
  model: Model,
  trained = model.weights.size > 0,
): Promise<{ readonly whole: Model; readonly ranges: Map<string, number> }> {
  const { calibrateFast } = await import('@relent/train');
  const whole = trained ? model : await withRandomWeights(model);
  return { whole, ranges: calibrateFast(whole, noiseDataset(model)) };
}

/**
 * The integer graph of a model. A model without one gets scales from noise in place of images, and random weights if it
 * has none; the number of truncated bits follows from them, so its cost is off by a little.
 */
export async function integerGraphOf({ model, integer, trained }: NamedModel): Promise<IntegerGraph> {
  if (integer !== null) return integer.graph;
  const { quantize } = await import('@relent/graph');
  const { whole, ranges } = await noiseCalibration(model, trained);
  return quantize(whole, ranges).graph;
}

async function withRandomWeights(model: Model): Promise<Model> {
  const { Network } = await import('@relent/train');
  const { Generator } = await import('@relent/torch');
  const network = Network.create(model.graph, { generator: new Generator(1), gateMaps: model.gateMaps });
  try {
    return network.toModel(model.info);
  } finally {
    network.free();
  }
}

/** Images of evenly distributed bytes, in the shape of the model's input. */
export function noiseDataset({ graph, info }: Model): Dataset {
  const input = graph.nodes[0];
  const inputShape = (input?.op === 'input' ? input.shape : []) as [number, number, number];
  const size = inputShape.reduce((product, length) => product * length, syntheticImages);
  const images = Uint8Array.from({ length: size }, (_, i) => Math.imul(i + 1, 0x9e3779b1) >>> 24);
  const split = (name: SplitName) => ({
    name,
    count: syntheticImages,
    images,
    labels: new Int32Array(syntheticImages),
  });
  const channels = inputShape[0];
  return {
    name: 'noise',
    inputShape,
    classes: info.classes ?? [],
    counts: { train: syntheticImages, test: syntheticImages },
    mean: info.mean ?? Array.from({ length: channels }, () => 0.5),
    std: info.std ?? Array.from({ length: channels }, () => 0.25),
    augmentation: { padding: 0, fill: 'mean', flip: false },
    validationCount: 0,
    train: split('train'),
    validation: split('validation'),
    test: split('test'),
  };
}
