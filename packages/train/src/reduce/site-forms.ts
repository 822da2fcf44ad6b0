/**
 * The forms that a whole site may take, for choosing among the ways of several methods at once: as it is, linear, patches,
 * prototype channels, both, and the best division among its channels.
 *
 * Source: Helbitz & Avidan, arXiv:2101.11835 (patches, blocks); Bornfeld & Avidan (DeepShare), arXiv:2512.17398
 * (prototype channels); Gorski et al., arXiv:2304.10442 (a size for each channel); Jha et al. (DeepReDuce),
 * arXiv:2103.01396 (linear sites).
 * @module
 */
import { channelGates, countBits, type GateCost, type GateMap, type PatchSize } from '@relent/graph';
import { type FreeSite, groupCost, withSizes } from './channel-forms.js';
import { solveKnapsack } from './knapsack-dp.js';
import { medoidAssignment } from './prototype-assignment.js';

/** One form of one site. */
export interface SiteCandidate {
  /** Such as `plain`, `linear`, `patch 2x2`, `channels 8`, `block 2x2 of 8`, `knapsack 25%`. */
  readonly form: string;
  readonly map: GateMap;
}

/** What a cost model is told of a site in some form. */
export interface SiteSummary {
  readonly site: string;
  /** [C, H, W]. */
  readonly shape: readonly [number, number, number];
  readonly form: string;
  readonly cost: GateCost;
  readonly map: GateMap;
}

/** What the gates of one site cost, for a site that decides for itself and for no other. */
export function siteCost(map: GateMap): GateCost {
  const neurons = map.shape[0] * map.shape[1] * map.shape[2];
  const groups: number[][] = Array.from(map.patchHeight, () => []);
  for (const [c, group] of map.channelGroup.entries()) groups[group]!.push(c);
  const comparisons = groups.reduce(
    (sum, _, g) => sum + groupCost({ map, groups }, g, [map.patchHeight[g]!, map.patchWidth[g]!]),
    0,
  );
  const multiplications = map.mask ? countBits(map.mask) : neurons;
  const quadratic = map.dropped?.c2.some((c2) => c2 !== 0) ?? false;
  const left = neurons - multiplications;
  return {
    comparisons,
    multiplications,
    linearNeurons: quadratic ? 0 : left,
    polynomialNeurons: quadratic ? left : 0,
  };
}

/**
 * The forms of a site.
 * @param distortion - [groups][sizes] of {@link FreeSite.sizes}: divides the site's comparisons among its channels.
 * @param distance - [C, C]: how often the decisions of two channels differ; makes prototypes of a plain site.
 */
export function siteCandidates(
  site: FreeSite,
  distortion: readonly Float64Array[],
  distance: Float64Array | null,
): SiteCandidate[] {
  const { map, groups, sizes } = site;
  const candidates: SiteCandidate[] = [{ form: 'plain', map }];
  const all = (size: PatchSize) =>
    withSizes(
      site,
      groups.map(() => size),
    );
  for (const size of sizes) {
    if (size === 'linear') candidates.push({ form: 'linear', map: all('linear') });
    else if (size[0] === size[1] && isPowerOfTwo(size[0]) && size[0] > 1)
      candidates.push({ form: `patch ${size[0]}x${size[1]}`, map: all(size) });
  }
  candidates.push(...divided(site, distortion));
  if (distance) candidates.push(...blocks(site, distance));
  return candidates;
}

const FRACTIONS = [0.5, 0.3, 0.2, 0.12, 0.07, 0.04, 0.02];

/** The least distortion of the site for some fractions of its comparisons. */
function divided(site: FreeSite, distortion: readonly Float64Array[]): SiteCandidate[] {
  const { map, groups, sizes } = site;
  const items = groups.map((_, g) =>
    sizes.map((size, k) => ({ cost: groupCost(site, g, size), loss: distortion[g]![k]! })),
  );
  const now = siteCost(map).comparisons;
  return FRACTIONS.flatMap((fraction) => {
    const budget = Math.floor(now * fraction);
    if (budget < 1) return [];
    const { picks } = solveKnapsack(items, budget);
    const chosen = picks.map((k) => sizes[k]!);
    return [{ form: `knapsack ${+(fraction * 100).toFixed(1)}%`, map: withSizes(site, chosen) }];
  });
}

/** Largest side of the patches that prototype channels are combined with. */
const LARGEST_BLOCK = 4;

/** Most channels that one prototype stands for. */
const LARGEST_GROUP = 8;

function isPowerOfTwo(n: number): boolean {
  return (n & (n - 1)) === 0;
}

/** Prototype channels, alone and under patches. */
function blocks({ map, sizes }: FreeSite, distance: Float64Array): SiteCandidate[] {
  const [channels] = map.shape;
  const squares = sizes.filter(
    (size): size is readonly [number, number] =>
      size !== 'linear' && size[0] === size[1] && size[0] <= LARGEST_BLOCK && isPowerOfTwo(size[0]),
  );
  const found: SiteCandidate[] = [];
  for (let group = 2; group <= Math.min(LARGEST_GROUP, channels); group *= 2) {
    const prototypes = Math.floor(channels / group);
    const assignment = medoidAssignment(distance, channels, prototypes);
    for (const patch of squares) {
      const form = patch[0] === 1 ? `channels ${prototypes}` : `block ${patch[0]}x${patch[1]} of ${prototypes}`;
      found.push({ form, map: channelGates(map.shape, { ...assignment, patch }) });
    }
  }
  return found;
}
