/**
 * What can be trained of a gate map: the affine pair of each channel, and the weights in the scores.
 *
 * Source: Bornfeld & Avidan, DeepShare, arXiv:2512.17398 (affine gate transformations); Helbitz & Avidan,
 * arXiv:2101.11835 (weighted mean of a group).
 * @module
 */
import { type GateMap, validateGateMap, withAffine } from '@relent/graph';
import { type Device, scope, type Tensor, tensor } from '@relent/torch';
import { ownTensor } from './own.js';
import type { TrainedSite } from './sites.js';

/** Last parts of the names of the parameters that belong to a gate map. */
export const trainedSuffixes: ReadonlySet<string> = new Set(['a', 'b', 'score', 'pixels']);

/** Adds the parameters of one site, starting from its map. A site that obeys another one has no scores of its own. */
export function addTrainedSite(
  parameters: Map<string, Tensor>,
  site: string,
  map: GateMap,
  options: { readonly trainAffine?: boolean; readonly trainScores?: boolean; readonly device: Device },
): void {
  const add = (suffix: string, values: Float32Array) =>
    scope(() => {
      const value = ownTensor(tensor(values, { shape: [values.length] }), options.device);
      parameters.set(`${site}.${suffix}`, value.requiresGrad_());
    });
  if (options.trainAffine) {
    add('a', map.a);
    add('b', map.b);
  }
  if (options.trainScores && map.source === null) {
    add('score', map.channelWeight);
    if (map.pixelRule.kind === 'weights') add('pixels', map.pixelRule.weights);
  }
}

/** The parameters of one site, by name. */
export function trainedSite(parameters: ReadonlyMap<string, Tensor>, site: string): TrainedSite {
  const a = parameters.get(`${site}.a`);
  const b = parameters.get(`${site}.b`);
  const channels = parameters.get(`${site}.score`);
  return {
    affine: a && b ? { a, b } : null,
    scores: channels ? { channels, pixels: parameters.get(`${site}.pixels`) ?? null } : null,
  };
}

/**
 * The map with what was trained put into it.
 * @throws RangeError if training left a group without a weight other than 0.
 */
export function trainedMap(map: GateMap, { affine, scores }: TrainedSite): GateMap {
  const paired = affine ? withAffine(map, affine.a.toFloat32(), affine.b.toFloat32()) : map;
  if (!scores) return paired;
  const trained = scores.channels.toFloat32();
  const weighted: GateMap = {
    ...paired,
    channelWeight: trained.map((weight, c) => (map.channelWeight[c] === 0 ? 0 : weight)),
    pixelRule: scores.pixels ? { kind: 'weights', weights: scores.pixels.toFloat32() } : map.pixelRule,
  };
  validateGateMap(weighted);
  return weighted;
}
