/**
 * How many prototypes each site gets under a budget, and which sites obey the prototypes of another one.
 *
 * Source: Bornfeld & Avidan, DeepShare, arXiv:2512.17398 (sharing within a layer and across layers of equal size).
 * @module
 */
import type { GateMap, Graph } from '@relent/graph';
import { siteShapes } from './site-sharing.js';

/** A site with prototypes, and the later ones that obey them. */
export interface PrototypeSite {
  readonly site: string;
  /** [C, H, W]. */
  readonly shape: readonly [number, number, number];
  /** Sites of equal H × W without comparisons of their own. */
  readonly followers: readonly { readonly site: string; readonly shape: readonly [number, number, number] }[];
  readonly prototypes: number;
  /** [height, width] of the patch that has one decision; one pixel is DeepShare's own. */
  readonly patch: readonly [number, number];
}

/** What {@link planPrototypes} may choose from. */
export interface PrototypeCountOptions {
  /** Largest number of successive sites of equal H × W that share one site's prototypes; 1 shares within layers only. */
  readonly layers: number;
  /** Side of the patches; 0 for those that sites have already, or the smallest above them that fit the budget. */
  readonly patch: number;
}

/** The patches of sites that share pixels already, the same in all their channels. */
function patchesNow(gateMaps: ReadonlyMap<string, GateMap>): Map<string, readonly [number, number]> {
  const alike = (sides: Int32Array) => sides.every((side) => side === sides[0]);
  return new Map(
    [...gateMaps].flatMap(([site, { patchHeight, patchWidth, source }]) =>
      source === null && alike(patchHeight) && alike(patchWidth)
        ? [[site, [patchHeight[0]!, patchWidth[0]!] as const] as const]
        : [],
    ),
  );
}

/** Runs of successive sites of equal H × W, each of at most `layers` sites. */
function siteRuns(graph: Graph, layers: number) {
  const runs: {
    site: string;
    shape: readonly [number, number, number];
    followers: PrototypeSite['followers'][number][];
  }[] = [];
  for (const [site, shape] of siteShapes(graph)) {
    const last = runs.at(-1);
    const same = last && last.shape[1] === shape[1] && last.shape[2] === shape[2];
    if (same && last.followers.length + 1 < layers) last.followers.push({ site, shape });
    else runs.push({ site, shape, followers: [] });
  }
  return runs;
}

/**
 * Prototypes for every site: the same fraction of the channels everywhere, as nearly as the budget can be filled.
 *
 * Sites start with one prototype, and the one with the smallest fraction gets the next as long as one fits.
 * @param gateMaps - What an earlier reduction left: its patches stay, and prototypes decide for whole patches.
 * @throws RangeError if one prototype for each site needs more than the budget.
 */
export function planPrototypes(
  graph: Graph,
  budgetComparisons: number,
  options: PrototypeCountOptions,
  gateMaps: ReadonlyMap<string, GateMap> = new Map(),
): PrototypeSite[] {
  const runs = siteRuns(graph, options.layers);
  const side = Math.max(...runs.map(({ shape }) => Math.max(shape[1], shape[2])));
  const now = options.patch === 0 ? patchesNow(gateMaps) : new Map<string, readonly [number, number]>();
  const patchOf = ({ site, shape: [, height, width] }: (typeof runs)[number], side: number) => {
    const [h, w] = now.get(site) ?? [1, 1];
    return [Math.min(height, Math.max(h, side)), Math.min(width, Math.max(w, side))] as const;
  };
  const decisions = (patch: number) =>
    runs.map((run) => {
      const [h, w] = patchOf(run, patch);
      return Math.ceil(run.shape[1] / h) * Math.ceil(run.shape[2] / w);
    });
  const least = (patch: number) => decisions(patch).reduce((sum, n) => sum + n, 0);
  let patch = Math.max(1, options.patch);
  if (options.patch === 0) while (patch < side && least(patch) > budgetComparisons) patch++;
  if (least(patch) > budgetComparisons)
    throw new RangeError(
      `"budget" expected at least ${least(patch)} comparisons, which one prototype for each site needs, got ` +
        `${budgetComparisons}; raise "layers" or "patch"`,
    );
  const cost = decisions(patch);
  const counts = runs.map(() => 1);
  let left = budgetComparisons - least(patch);
  for (;;) {
    let next = -1;
    for (const [i, { shape }] of runs.entries()) {
      if (counts[i]! >= shape[0] || cost[i]! > left) continue;
      if (next < 0 || counts[i]! / shape[0] < counts[next]! / runs[next]!.shape[0]) next = i;
    }
    if (next < 0) break;
    counts[next]!++;
    left -= cost[next]!;
  }
  return runs.map((run, i) => ({ ...run, prototypes: counts[i]!, patch: patchOf(run, patch) }));
}
