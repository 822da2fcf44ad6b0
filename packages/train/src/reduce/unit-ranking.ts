/**
 * Choosing units by score: exactly as many as a budget allows, ties to the earlier unit.
 * @module
 */
import { seededPermutation } from '../data/split.js';
import type { GateUnits } from './gate-units.js';

/** Scores of units, per site that evaluates them. */
export type UnitScores = ReadonlyMap<string, ArrayLike<number>>;

/** The positions of the `count` largest scores, ties to the earlier one. */
export function largest(scores: ArrayLike<number>, count: number): Int32Array {
  const order = Int32Array.from({ length: scores.length }, (_, i) => i);
  // A total order, as positions break ties: the outcome does not depend on the sorting algorithm.
  order.sort((a, b) => scores[b]! - scores[a]! || a - b);
  return order.slice(0, Math.max(0, Math.min(count, scores.length)));
}

function flagged(count: number, positions: Int32Array): Uint8Array {
  const flags = new Uint8Array(count);
  for (const position of positions) flags[position] = 1;
  return flags;
}

/** Keeps the `budget` units of the whole network with the largest scores. */
export function keepLargest(units: GateUnits, scores: UnitScores, budget: number): Map<string, Uint8Array> {
  const all = new Float64Array(units.total);
  let first = 0;
  for (const [root, count] of units.counts) {
    all.set(Array.from(scores.get(root)!), first);
    first += count;
  }
  const flags = flagged(units.total, largest(all, budget));
  return divided(units, flags);
}

/** Keeps as many units of each site as `allocation` says: those with the largest scores. */
export function keepLargestPerSite(
  units: GateUnits,
  scores: UnitScores,
  allocation: ReadonlyMap<string, number>,
): Map<string, Uint8Array> {
  return new Map(
    [...units.counts].map(([root, count]) => [
      root,
      flagged(count, largest(scores.get(root)!, allocation.get(root) ?? 0)),
    ]),
  );
}

/**
 * The scores of whole channel groups in place of their units': the group's sum, and the unit's own only between units of
 * one group. Keeping the largest of them keeps whole groups, save the last one, of which the best units stay.
 */
export function byPlane(units: GateUnits, scores: UnitScores): Map<string, Float64Array> {
  return new Map(
    [...units.counts].map(([root, count]) => {
      const own = scores.get(root)!;
      const plane = units.planes.get(root)!;
      const sums = new Float64Array(plane.reduce((most, p) => Math.max(most, p + 1), 0));
      for (let i = 0; i < count; i++) sums[plane[i]!]! += own[i]!;
      const order = largest(sums, sums.length);
      const rankOf = new Int32Array(sums.length);
      order.forEach((p, rank) => {
        rankOf[p] = order.length - rank;
      });
      const most = Math.max(...Array.from(own), 0) + 1;
      return [root, Float64Array.from({ length: count }, (_, i) => rankOf[plane[i]!]! + own[i]! / (2 * most))];
    }),
  );
}

/** As many units of each site as `allocation` says, by chance. */
export function keepRandom(
  units: GateUnits,
  allocation: ReadonlyMap<string, number>,
  seed: number,
): Map<string, Uint8Array> {
  let site = 0;
  return new Map(
    [...units.counts].map(([root, count]) => {
      const order = seededPermutation(count, seed * 7919 + site++);
      return [root, flagged(count, order.slice(0, allocation.get(root) ?? 0))];
    }),
  );
}

/** Cuts flags of all units into those of each site. */
function divided(units: GateUnits, flags: Uint8Array): Map<string, Uint8Array> {
  const mask = new Map<string, Uint8Array>();
  let first = 0;
  for (const [root, count] of units.counts) {
    mask.set(root, flags.slice(first, first + count));
    first += count;
  }
  return mask;
}
