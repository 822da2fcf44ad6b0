/**
 * Uniform sharing: one patch size and one fraction of channel groups for every site, chosen to fill a budget.
 *
 * Source: Helbitz & Avidan, Reducing ReLU Count for Privacy-Preserving CNN Speedup, arXiv:2101.11835.
 * @module
 */
import { type GateMap, type Graph, gateCost } from '@relent/graph';
import {
  type Grouping,
  imbalance,
  patchSizes,
  type SharingRule,
  type SiteSharing,
  sharingMap,
  siteShapes,
  siteSharing,
} from './site-sharing.js';

/** One way to share, the same for every site. */
export interface UniformSharing {
  /** [height, width] of a patch; a site whose plane is smaller has one patch. */
  readonly patch: readonly [number, number];
  /** Fraction of a site's channels that decide; at least one does. */
  readonly prototypeFraction: number;
  readonly comparisons: number;
  readonly gateMaps: ReadonlyMap<string, GateMap>;
}

function groupsOf(channels: number, fraction: number): number {
  return Math.max(1, Math.floor(channels * fraction + 1e-9));
}

/** Patch sizes and fractions of channel groups that a grouping may choose from. */
function choices(grouping: Grouping, side: number, channels: number) {
  const whole = [[side, side]] as const;
  const fractions = Array.from({ length: channels }, (_, i) => (i + 1) / channels);
  switch (grouping) {
    case 'patch':
      return { patches: patchSizes(side), fractions: [1] };
    case 'channel':
      return { patches: [[1, 1]] as const, fractions };
    case 'block':
      return { patches: patchSizes(side), fractions };
    case 'map':
      return { patches: whole, fractions: [1] };
    case 'layer':
      return { patches: whole, fractions: [1 / channels] };
    default:
      return grouping satisfies never;
  }
}

/**
 * The sharing of every site that, with one patch size and one fraction for all, comes closest to a budget from below.
 *
 * Blocks have two sides to choose: among those within 3 % of the best filling, the one whose patch area and channels a
 * group are most alike. Whole maps and whole layers leave no choice; they only have to fit.
 * @throws RangeError if even the coarsest sharing needs more.
 */
export function uniformSites(graph: Graph, budgetComparisons: number, grouping: Grouping) {
  const sites = siteShapes(graph);
  const all = [...sites.values()];
  const side = Math.max(...all.map(([, height, width]) => Math.max(height, width)));
  const { patches, fractions } = choices(grouping, side, Math.max(...all.map(([channels]) => channels)));
  const count = (patch: readonly [number, number], fraction: number) =>
    all.reduce((sum, shape) => sum + siteSharing(shape, patch, groupsOf(shape[0], fraction)).comparisons, 0);
  const candidates = patches.flatMap((patch) =>
    fractions.map((fraction) => ({ patch, fraction, comparisons: count(patch, fraction) })),
  );
  const fitting = candidates.filter(({ comparisons }) => comparisons <= budgetComparisons);
  if (fitting.length === 0)
    throw new RangeError(
      `"budget" expected at least ${Math.min(...candidates.map((c) => c.comparisons))} comparisons, which the coarsest ` +
        `sharing by ${grouping} needs, got ${budgetComparisons}`,
    );
  const most = Math.max(...fitting.map(({ comparisons }) => comparisons));
  const close = fitting.filter(({ comparisons }) => comparisons >= (grouping === 'block' ? 0.97 : 1) * most);
  const best = close.reduce((a, b) =>
    imbalance(b.patch, 1 / b.fraction) < imbalance(a.patch, 1 / a.fraction) ? b : a,
  );
  const sharings = new Map<string, SiteSharing>();
  for (const [site, shape] of sites)
    sharings.set(site, siteSharing(shape, best.patch, groupsOf(shape[0], best.fraction)));
  return { patch: best.patch, prototypeFraction: best.fraction, sites: sharings };
}

/**
 * The uniform sharing whose comparisons come closest to a budget from below, as gate maps.
 * @param budgetComparisons - Comparisons that one image may need at most.
 * @throws RangeError if even the coarsest sharing needs more.
 */
export function planUniformSharing(
  graph: Graph,
  budgetComparisons: number,
  grouping: Grouping,
  rule: SharingRule,
  seed = 0,
): UniformSharing {
  const { sites, ...uniform } = uniformSites(graph, budgetComparisons, grouping);
  const gateMaps = new Map<string, GateMap>();
  for (const [site, sharing] of sites) gateMaps.set(site, sharingMap(sharing, rule, seed + gateMaps.size));
  return { ...uniform, comparisons: gateCost(graph, gateMaps).total.comparisons, gateMaps };
}
