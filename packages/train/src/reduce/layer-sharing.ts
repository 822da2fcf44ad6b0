/**
 * Sharing with a group size for each layer: every layer gets the same number of comparisons, as far as it has neurons.
 *
 * Late layers are small and sensitive; equal numbers leave them finer groups than equal sizes do.
 *
 * Source: Helbitz & Avidan, arXiv:2101.11835 (groups of any size); the even split is this project's choice.
 * @module
 */
import type { Graph } from '@relent/graph';
import { type Grouping, imbalance, patchSizes, type SiteSharing, siteShapes, siteSharing } from './site-sharing.js';

/** The ways in which one site can share, by rising comparisons; of equally many, the most balanced. */
function waysToShare(shape: readonly [number, number, number], grouping: Grouping): SiteSharing[] {
  const [channels, height, width] = shape;
  const sizes = grouping === 'channel' ? [[1, 1] as const] : patchSizes(Math.max(height, width));
  const groups = grouping === 'patch' ? [channels] : Array.from({ length: channels }, (_, i) => i + 1);
  switch (grouping) {
    case 'map':
      return [siteSharing(shape, [height, width], channels)];
    case 'layer':
      return [siteSharing(shape, [height, width], 1)];
    case 'patch':
    case 'channel':
    case 'block': {
      const byCost = new Map<number, SiteSharing>();
      const skew = (way: SiteSharing) => imbalance(way.patch, channels / way.groups);
      for (const size of sizes)
        for (const count of groups) {
          const way = siteSharing(shape, size, count);
          const known = byCost.get(way.comparisons);
          if (!known || skew(way) < skew(known)) byCost.set(way.comparisons, way);
        }
      return [...byCost.values()].sort((a, b) => a.comparisons - b.comparisons);
    }
    default:
      return grouping satisfies never;
  }
}

/** The comparisons of each site if `total` are spread evenly and no site takes more than its limit. */
function evenSplit(limits: readonly number[], total: number): number[] {
  const rising = limits.map((limit, i) => ({ limit, i })).sort((a, b) => a.limit - b.limit);
  const shares: number[] = new Array(limits.length).fill(0);
  let left = total;
  rising.forEach(({ limit, i }, position) => {
    shares[i] = Math.min(limit, left / (rising.length - position));
    left -= shares[i]!;
  });
  return shares;
}

/**
 * The sharing of every site, each with its own group size, that fills a budget.
 * @throws RangeError if even the coarsest sharing needs more.
 */
export function layerSites(graph: Graph, budgetComparisons: number, grouping: Grouping): Map<string, SiteSharing> {
  const sites = [...siteShapes(graph)];
  const ways = sites.map(([, shape]) => waysToShare(shape, grouping));
  const least = ways.reduce((sum, [coarsest]) => sum + coarsest!.comparisons, 0);
  if (least > budgetComparisons)
    throw new RangeError(
      `"budget" expected at least ${least} comparisons, which the coarsest sharing by ${grouping} needs, got ` +
        `${budgetComparisons}`,
    );
  // Whatever a site must have is set aside first, so that the coarsest ways always fit.
  const above = ways.map((list) => list.at(-1)!.comparisons - list[0]!.comparisons);
  const shares = evenSplit(above, budgetComparisons - least);
  const chosen = ways.map((list, i) =>
    list.findLastIndex(({ comparisons }) => comparisons - list[0]!.comparisons <= shares[i]! + 1e-9),
  );
  let left = budgetComparisons - ways.reduce((sum, list, i) => sum + list[chosen[i]!]!.comparisons, 0);
  for (let moved = true; moved; ) {
    moved = false;
    for (const [i, list] of ways.entries()) {
      const step = (list[chosen[i]! + 1]?.comparisons ?? Infinity) - list[chosen[i]!]!.comparisons;
      if (step > left) continue;
      chosen[i]!++;
      left -= step;
      moved = true;
    }
  }
  return new Map(sites.map(([site], i) => [site, ways[i]![chosen[i]!]!]));
}
