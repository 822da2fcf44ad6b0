import type { GateMap } from '../gate-map.js';
import { validateGateMap } from './validate.js';

/**
 * The same gates with another affine pair: a gated neuron computes x · (a · d + b).
 *
 * (1, 0) is ReLU, (0, 1) the identity, (-1, 1) the complement; free in the private run, as a and b are public.
 *
 * Source: Bornfeld & Avidan (DeepShare), arXiv:2512.17398 (affine gate transformation).
 * @param a - [C], or one number for all channels.
 * @param b - [C], or one number for all channels.
 * @throws RangeError if an array does not have one finite entry a channel.
 */
export function withAffine(map: GateMap, a: number | Float32Array, b: number | Float32Array): GateMap {
  const perChannel = (value: number | Float32Array) =>
    typeof value === 'number' ? new Float32Array(map.shape[0]).fill(value) : value.slice();
  const changed: GateMap = { ...map, a: perChannel(a), b: perChannel(b) };
  validateGateMap(changed);
  return changed;
}
