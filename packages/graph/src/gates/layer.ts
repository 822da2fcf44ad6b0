import type { GateMap } from '../gate-map.js';
import { plainGates } from './plain.js';
import { validateGateMap } from './validate.js';

/**
 * A site that obeys the gates of an earlier site of equal H × W: no comparison of its own.
 *
 * Source: Bornfeld & Avidan (DeepShare), arXiv:2512.17398.
 * @param source - id of the earlier site. If that site has a foreign source itself, this one obeys the same gates.
 * @param channelGroup - [C]: which channel group of the source each channel obeys.
 * @throws RangeError if there is not one index of at least 0 for every channel. That the source fits is checked with
 * the graph, by `validateGateMaps`.
 */
export function layerGates(
  shape: readonly [number, number, number],
  source: string,
  channelGroup: ArrayLike<number>,
): GateMap {
  const map: GateMap = {
    ...plainGates(shape),
    source,
    channelGroup: Int32Array.from(channelGroup),
    channelWeight: new Float32Array(shape[0]),
    patchHeight: new Int32Array(0),
    patchWidth: new Int32Array(0),
  };
  validateGateMap(map);
  return map;
}
