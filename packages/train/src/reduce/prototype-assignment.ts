/**
 * Which channels are prototypes, and which prototype each other channel obeys.
 *
 * Source: Bornfeld & Avidan, DeepShare, arXiv:2512.17398 (prototypes and replicates). How the paper assigns replicates
 * could not be read; the three ways here are this project's.
 * @module
 */

import { stridedGroups } from '@relent/graph';

/** Channel groups of one site, each with the channel that decides. */
export interface Assignment {
  /** [C]: the group of each channel. */
  readonly group: Int32Array;
  /** [groups]: the prototype of each group, a channel of it. */
  readonly prototypes: readonly number[];
}

/** [C]: one of `groups` runs of neighbouring channels for each channel, as even as possible. */
export function contiguousGroupsOf(channels: number, groups: number): Int32Array {
  return Int32Array.from({ length: channels }, (_, c) => Math.floor((c * groups) / channels));
}

/** Groups of neighbouring channels, as even as possible; the first of each decides. */
export function contiguousAssignment(channels: number, prototypes: number): Assignment {
  const group = contiguousGroupsOf(channels, prototypes);
  return { group, prototypes: Array.from({ length: prototypes }, (_, g) => group.indexOf(g)) };
}

/** Channel c obeys channel c mod `prototypes`. */
export function stridedAssignment(channels: number, prototypes: number): Assignment {
  return { group: stridedGroups(channels, prototypes), prototypes: Array.from({ length: prototypes }, (_, g) => g) };
}

/** The nearest of some rows to a column of a distance matrix; of equally near ones the first. */
function nearest(distance: Float64Array, columns: number, rows: readonly number[], column: number): number {
  let best = 0;
  for (let g = 1; g < rows.length; g++)
    if (distance[rows[g]! * columns + column]! < distance[rows[best]! * columns + column]!) best = g;
  return best;
}

/**
 * Prototypes by distance: farthest-point sampling from the most central channel, then k-medoids until nothing changes.
 * No chance is involved.
 * @param distance - [C, C], symmetric: how often the decisions of two channels differ.
 */
export function medoidAssignment(distance: Float64Array, channels: number, prototypes: number): Assignment {
  const total = (c: number, members: readonly number[]) =>
    members.reduce((sum, other) => sum + distance[c * channels + other]!, 0);
  const all = Array.from({ length: channels }, (_, c) => c);
  const central = (members: readonly number[]) =>
    members.reduce((best, c) => (total(c, members) < total(best, members) ? c : best));
  const chosen = [central(all)];
  const gap = Float64Array.from(all, (c) => distance[chosen[0]! * channels + c]!);
  while (chosen.length < prototypes) {
    const free = all.filter((c) => !chosen.includes(c));
    const next = free.reduce((best, c) => (gap[c]! > gap[best]! ? c : best));
    chosen.push(next);
    for (const c of all) gap[c] = Math.min(gap[c]!, distance[next * channels + c]!);
  }
  // A prototype belongs to itself even where another one decides exactly alike.
  const assign = () =>
    Int32Array.from(all, (c) => (chosen.includes(c) ? chosen.indexOf(c) : nearest(distance, channels, chosen, c)));
  let group = assign();
  // Each round lowers the sum of distances or is the last; the bound only guards against rounding in circles.
  for (let round = 0; round < 100; round++) {
    const medoids = chosen.map((_, g) => central(all.filter((c) => group[c] === g)));
    if (medoids.every((c, g) => c === chosen[g])) break;
    chosen.splice(0, chosen.length, ...medoids);
    group = assign();
  }
  return { group, prototypes: chosen };
}

/**
 * For each channel of a later site, the group of the source whose prototype decides most like it.
 * @param distance - [source channels, C]: how often decisions differ.
 */
export function nearestGroups(distance: Float64Array, channels: number, prototypes: readonly number[]): Int32Array {
  return Int32Array.from({ length: channels }, (_, c) => nearest(distance, channels, prototypes, c));
}
