/**
 * Uniform sharing: one patch size and one fraction of prototype channels for every site, chosen to fill a budget.
 *
 * Source: Helbitz & Avidan, Reducing ReLU Count for Privacy-Preserving CNN Speedup, arXiv:2101.11835 (patches, groups
 * of channels); Bornfeld & Avidan, DeepShare, arXiv:2512.17398 (prototype channels).
 * @module
 */
import {
  channelGates,
  type GateMap,
  type Graph,
  gateCost,
  inferShapes,
  type PixelRule,
  siteNodes,
  siteShape,
  stridedGroups,
} from '@relent/graph';

/** Which neurons share: pixels of a patch, channels at a pixel, or both. */
export type Grouping = 'patch' | 'channel' | 'block';

/** What decides for those who share: the mean of all, or one of them. */
export type SharingRule = 'mean' | 'prototype';

/** One way to share, the same for every site. */
export interface UniformSharing {
  /** [height, width] of a patch. */
  readonly patch: readonly [number, number];
  /** Fraction of a site's channels that decide; at least one does. */
  readonly prototypeFraction: number;
  readonly comparisons: number;
  readonly gateMaps: ReadonlyMap<string, GateMap>;
}

/** The gate maps of one uniform sharing. */
function sharingMaps(
  sites: ReadonlyMap<string, readonly [number, number, number]>,
  patch: readonly [number, number],
  prototypeFraction: number,
  rule: SharingRule,
): Map<string, GateMap> {
  // The middle pixel stands for a patch: it is the nearest to all others.
  const middle = { kind: 'pixel', row: (patch[0] - 1) >> 1, column: (patch[1] - 1) >> 1 } as const;
  const pixelRule: PixelRule = rule === 'mean' ? { kind: 'mean' } : middle;
  const maps = new Map<string, GateMap>();
  for (const [site, shape] of sites) {
    const group = stridedGroups(shape[0], prototypesOf(shape[0], prototypeFraction));
    maps.set(
      site,
      channelGates(shape, {
        group,
        patch,
        pixelRule,
        ...(rule === 'prototype' ? { prototypes: 'first' as const } : {}),
      }),
    );
  }
  return maps;
}

function prototypesOf(channels: number, fraction: number): number {
  return Math.max(1, Math.floor(channels * fraction + 1e-9));
}

/** Comparisons of a uniform sharing, without making its maps. */
function count(
  shapes: Iterable<readonly [number, number, number]>,
  patch: readonly [number, number],
  fraction: number,
) {
  let sum = 0;
  for (const [channels, height, width] of shapes)
    sum += prototypesOf(channels, fraction) * Math.ceil(height / patch[0]) * Math.ceil(width / patch[1]);
  return sum;
}

/**
 * The uniform sharing whose comparisons come closest to a budget from below.
 *
 * Blocks have two sides to choose: among those within 3 % of the best filling, the one whose patch area and channels a
 * prototype are most alike.
 * @param budgetComparisons - Comparisons that one image may need at most.
 * @throws RangeError if even the coarsest sharing needs more.
 */
export function planUniformSharing(
  graph: Graph,
  budgetComparisons: number,
  grouping: Grouping,
  rule: SharingRule,
): UniformSharing {
  const shapes = inferShapes(graph);
  const sites = new Map(siteNodes(graph).map(({ id }) => [id, siteShape(shapes.get(id)!)]));
  const all = [...sites.values()];
  if (all.length === 0) throw new RangeError('"graph" expected at least one ReLU, got none');
  const side = Math.max(...all.map(([, height, width]) => Math.max(height, width)));
  const channels = Math.max(...all.map(([c]) => c));
  const patches: (readonly [number, number])[] = [[1, 1]];
  if (grouping !== 'channel') for (let k = 1; k < side; k++) patches.push([k, k + 1], [k + 1, k + 1]);
  const fractions = grouping === 'patch' ? [1] : Array.from({ length: channels }, (_, i) => (i + 1) / channels);
  const candidates = patches.flatMap((patch) =>
    fractions.map((fraction) => ({ patch, fraction, comparisons: count(all, patch, fraction) })),
  );
  const fitting = candidates.filter(({ comparisons }) => comparisons <= budgetComparisons);
  if (fitting.length === 0)
    throw new RangeError(
      `"budget" expected at least ${Math.min(...candidates.map((c) => c.comparisons))} comparisons, which the coarsest ` +
        `sharing by ${grouping} needs, got ${budgetComparisons}`,
    );
  const most = Math.max(...fitting.map((candidate) => candidate.comparisons));
  const imbalance = ({ patch, fraction }: (typeof fitting)[number]) =>
    Math.max(patch[0] * patch[1], 1 / fraction) / Math.min(patch[0] * patch[1], 1 / fraction);
  const close = fitting.filter(({ comparisons }) => comparisons >= (grouping === 'block' ? 0.97 : 1) * most);
  const best = close.reduce((a, b) => (imbalance(b) < imbalance(a) ? b : a));
  const gateMaps = sharingMaps(sites, best.patch, best.fraction, rule);
  const { comparisons } = gateCost(graph, gateMaps).total;
  return { patch: best.patch, prototypeFraction: best.fraction, comparisons, gateMaps };
}
