import type { GateMap, PixelRule } from '../gate-map.js';
import { bitset } from './bitset.js';
import { maskGates } from './mask.js';
import { plainGates } from './plain.js';
import { validateGateMap } from './validate.js';

/** [height, width] of a channel's patches, or `linear` for a channel without gates. */
export type PatchSize = readonly [number, number] | 'linear';

/**
 * The pixels of a patch share one gate, channel by channel; patches at the edge are smaller (ceil mode).
 *
 * Source: Helbitz & Avidan, arXiv:2101.11835; Gorski et al. (Knapsack block-ReLU), arXiv:2304.10442.
 * @param size - one [height, width] for all channels, or one entry a channel.
 * @throws RangeError if a side is not a positive integer or the number of sizes is not that of the channels.
 */
export function patchGates(
  shape: readonly [number, number, number],
  size: readonly [number, number] | readonly PatchSize[],
  pixelRule: PixelRule = { kind: 'mean' },
): GateMap {
  const [channels, height, width] = shape;
  const sizes =
    typeof size[0] === 'number' ? new Array<PatchSize>(channels).fill(size as PatchSize) : (size as PatchSize[]);
  if (sizes.length !== channels) throw new RangeError(`"size" expected ${channels} entries, got ${sizes.length}`);
  for (const entry of sizes)
    if (entry !== 'linear' && !entry.every((n) => Number.isSafeInteger(n) && n >= 1))
      throw new RangeError(`"size" expected sides of at least 1 or "linear", got [${entry.join(', ')}]`);
  const side = (axis: 0 | 1) => Int32Array.from(sizes, (entry) => (entry === 'linear' ? 1 : entry[axis]));
  const map: GateMap = { ...plainGates(shape), patchHeight: side(0), patchWidth: side(1), pixelRule };
  validateGateMap(map);
  if (!sizes.includes('linear')) return map;
  const plane = height * width;
  return maskGates(
    map,
    bitset(channels * plane, (i) => sizes[Math.floor(i / plane)] !== 'linear'),
  );
}
