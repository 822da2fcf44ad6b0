import type { GateMap, PixelRule } from '../gate-map.js';
import { plainGates } from './plain.js';
import { validateGateMap } from './validate.js';

/** How the channels of {@link channelGates} share. */
export interface ChannelSharing {
  /** [C]: the group of each channel; every group from 0 to the largest has a channel. */
  readonly group: ArrayLike<number>;
  /** The one channel of each group that decides (DeepShare's prototypes); `first` takes each group's first. */
  readonly prototypes?: 'first' | readonly number[];
  /** [C]: weights of the score, instead of prototypes. Neither given: the mean of the group. */
  readonly weights?: Float32Array;
  /** Patch of each gate; one pixel unless given. */
  readonly patch?: readonly [number, number];
  /** How the pixels of a patch enter the score; their mean unless given. */
  readonly pixelRule?: PixelRule;
}

/** Groups of `size` neighbouring channels; the last may be smaller. */
export function contiguousGroups(channels: number, size: number): Int32Array {
  expectPositive('size', size);
  return Int32Array.from({ length: channels }, (_, c) => Math.floor(c / size));
}

/** One group a prototype: channel c obeys prototype c mod `prototypes`. */
export function stridedGroups(channels: number, prototypes: number): Int32Array {
  expectPositive('prototypes', prototypes);
  return Int32Array.from({ length: channels }, (_, c) => c % prototypes);
}

/**
 * Channels share gates: at each pixel (or patch), one comparison decides for a group of channels.
 *
 * Source: Bornfeld & Avidan (DeepShare), arXiv:2512.17398; Helbitz & Avidan, arXiv:2101.11835.
 * @throws RangeError if a group is empty, a prototype is not in its group, or both prototypes and weights are given.
 */
export function channelGates(shape: readonly [number, number, number], sharing: ChannelSharing): GateMap {
  const channelGroup = Int32Array.from(sharing.group);
  const groups = channelGroup.reduce((largest, g) => Math.max(largest, g), 0) + 1;
  const [patchHeight, patchWidth] = sharing.patch ?? [1, 1];
  const map: GateMap = {
    ...plainGates(shape),
    channelGroup,
    channelWeight: channelWeights(channelGroup, groups, sharing),
    patchHeight: new Int32Array(groups).fill(patchHeight),
    patchWidth: new Int32Array(groups).fill(patchWidth),
    pixelRule: sharing.pixelRule ?? { kind: 'mean' },
  };
  validateGateMap(map);
  return map;
}

/**
 * Blocks of patch height × patch width × `channels` neighbouring channels share one gate, the sign of their mean.
 *
 * Source: Helbitz & Avidan, arXiv:2101.11835.
 * @throws RangeError if a side or `channels` is not a positive integer.
 */
export function blockGates(
  shape: readonly [number, number, number],
  patch: readonly [number, number],
  channels: number,
  pixelRule: PixelRule = { kind: 'mean' },
): GateMap {
  return channelGates(shape, { group: contiguousGroups(shape[0], channels), patch, pixelRule });
}

function channelWeights(channelGroup: Int32Array, groups: number, sharing: ChannelSharing): Float32Array {
  const { prototypes, weights } = sharing;
  if (weights) {
    if (prototypes) throw new RangeError('"sharing" expected prototypes or weights, got both');
    return weights.slice();
  }
  if (!prototypes) {
    const counts = new Int32Array(groups);
    for (const g of channelGroup) counts[g]!++;
    return Float32Array.from(channelGroup, (g) => 1 / counts[g]!);
  }
  const chosen =
    prototypes === 'first' ? Array.from({ length: groups }, (_, g) => channelGroup.indexOf(g)) : prototypes;
  if (chosen.length !== groups)
    throw new RangeError(`"prototypes" expected one channel for each of ${groups} groups, got ${chosen.length}`);
  const oneHot = new Float32Array(channelGroup.length);
  chosen.forEach((c, g) => {
    if (channelGroup[c] !== g) throw new RangeError(`"prototypes" expected a channel of group ${g}, got ${c}`);
    oneHot[c] = 1;
  });
  return oneHot;
}

function expectPositive(name: string, value: number): void {
  if (!Number.isSafeInteger(value) || value < 1)
    throw new RangeError(`"${name}" expected an integer of at least 1, got ${value}`);
}
