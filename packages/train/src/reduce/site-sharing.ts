/**
 * How one site shares its decisions, and the gate map that follows from a rule of decision.
 *
 * Source: Helbitz & Avidan, Reducing ReLU Count for Privacy-Preserving CNN Speedup, arXiv:2101.11835.
 * @module
 */
import {
  channelGates,
  type GateMap,
  type Graph,
  inferShapes,
  maskGates,
  siteNodes,
  siteShape,
  stridedGroups,
} from '@relent/graph';
import { seededPermutation } from '../data/split.js';

/**
 * Which neurons share a decision: pixels of a `patch`, channels at a pixel, both (`block`), the whole `map` of a
 * channel, or the whole `layer`.
 */
export type Grouping = 'patch' | 'channel' | 'block' | 'map' | 'layer';

/**
 * What decides for a group: the `mean` of all; their mean with trained weights (`weighted`); one fixed neuron, the
 * middle pixel of the group's first channel (`prototype`); or one drawn by seed (`random`).
 */
export type SharingRule = 'mean' | 'weighted' | 'prototype' | 'random';

/** How one site shares. */
export interface SiteSharing {
  /** [C, H, W]. */
  readonly shape: readonly [number, number, number];
  /** [height, width] of a patch, within the plane. */
  readonly patch: readonly [number, number];
  /** Channel groups; channel c is in group c mod `groups`. */
  readonly groups: number;
  readonly comparisons: number;
}

/**
 * The [C, H, W] of every site, in order of evaluation.
 * @throws RangeError if the graph has none.
 */
export function siteShapes(graph: Graph): Map<string, readonly [number, number, number]> {
  const shapes = inferShapes(graph);
  const sites = new Map(siteNodes(graph).map(({ id }) => [id, siteShape(shapes.get(id)!)]));
  if (sites.size === 0) throw new RangeError('"graph" expected at least one ReLU, got none');
  return sites;
}

/** A site's sharing with its comparisons; a patch larger than the plane is cut to it. */
export function siteSharing(
  shape: readonly [number, number, number],
  patch: readonly [number, number],
  groups: number,
): SiteSharing {
  const [, height, width] = shape;
  const inside = [Math.min(patch[0], height), Math.min(patch[1], width)] as const;
  const comparisons = groups * Math.ceil(height / inside[0]) * Math.ceil(width / inside[1]);
  return { shape, patch: inside, groups, comparisons };
}

/** Patch sizes from coarse-grained choice: squares, and rectangles one wider than high, up to a side. */
export function patchSizes(side: number): (readonly [number, number])[] {
  const sizes: (readonly [number, number])[] = [[1, 1]];
  for (let k = 1; k < side; k++) sizes.push([k, k + 1], [k + 1, k + 1]);
  return sizes;
}

/** How far the neurons of a patch and the channels of a group are from being equally many; 1 is balanced. */
export function imbalance(patch: readonly [number, number], channelsPerGroup: number): number {
  const area = patch[0] * patch[1];
  return Math.max(area, channelsPerGroup) / Math.min(area, channelsPerGroup);
}

/**
 * The gate map of a site that shares.
 * @param seed - Draws the neurons of rule `random`; unused by the others.
 */
export function sharingMap({ shape, patch, groups }: SiteSharing, rule: SharingRule, seed: number): GateMap {
  const group = stridedGroups(shape[0], groups);
  const area = patch[0] * patch[1];
  switch (rule) {
    case 'mean':
      return channelGates(shape, { group, patch });
    case 'weighted': {
      const weights = new Float32Array(area).fill(1 / area);
      return channelGates(shape, { group, patch, ...(area > 1 ? { pixelRule: { kind: 'weights', weights } } : {}) });
    }
    case 'prototype': {
      // The middle pixel stands for a patch: it is the nearest to all others.
      const pixelRule = { kind: 'pixel', row: (patch[0] - 1) >> 1, column: (patch[1] - 1) >> 1 } as const;
      return channelGates(shape, { group, patch, pixelRule, prototypes: 'first' });
    }
    case 'random': {
      const pixel = seededPermutation(area, seed)[0]!;
      const pixelRule = { kind: 'pixel', row: Math.floor(pixel / patch[1]), column: pixel % patch[1] } as const;
      const prototypes: number[] = [];
      for (const c of seededPermutation(shape[0], seed + 1)) prototypes[group[c]!] ??= c;
      return channelGates(shape, { group, patch, pixelRule, prototypes });
    }
    default:
      return rule satisfies never;
  }
}

/** New gate maps that leave those neurons without gate that had none under the old ones, as a later stage must. */
export function keepDropped(
  maps: ReadonlyMap<string, GateMap>,
  before: ReadonlyMap<string, GateMap>,
): Map<string, GateMap> {
  const kept = ([site, map]: readonly [string, GateMap]): [string, GateMap] => {
    const old = before.get(site);
    return [site, old?.mask ? maskGates(map, old.mask, old.dropped) : map];
  };
  return new Map([...maps].map(kept));
}
