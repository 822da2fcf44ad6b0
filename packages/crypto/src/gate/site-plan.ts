/**
 * The public description of a site (one activation layer) and the tables that follow from it.
 * @module
 */
import { checkRingBits } from '../ring.js';
import { planCarry } from './carry.js';
import { type CompareOptions, type ComparePlan, planCompare } from './compare-plan.js';
import { type Groups, groupNeurons } from './groups.js';

/**
 * Public quadratics of the neurons without gate: y = trunc(c2·X² + c1·x' + c0) by q bits, X truncated by s bits more than
 * x'. The value in brackets must be below 2^(l-2) in magnitude.
 */
export interface PolynomialShape {
  /** [channels] each. */
  readonly c2: Int32Array;
  readonly c1: Int32Array;
  readonly c0: Int32Array;
  /** s; f + s in 0..l-2. */
  readonly squareBits: number;
  /** q in 0..l-2. */
  readonly outerBits: number;
}

/**
 * An activation layer, y_i = x'_i · (b_i + a_i · d(g(i))); without gate x'_i · 2^affineBits, or a quadratic.
 */
export interface SiteShape {
  /** l in 8..32. */
  readonly ringBits: number;
  /** f in 0..l-2. Every |z| must be below 2^(l-2). */
  readonly truncationBits: number;
  readonly neurons: number;
  /** Comparisons of this site: gateCount if source is `own`, 0 if `given`. */
  readonly comparisons: number;
  /** Gates that {@link gateOf} may name: its own, or those of an earlier site. */
  readonly gateCount: number;
  /** [neurons] gate index, or -1. */
  readonly gateOf: Int32Array;
  /** [channels]. */
  readonly a: Int32Array;
  /** [channels]. */
  readonly b: Int32Array;
  /** Neuron i belongs to channel floor(i / neuronsPerChannel). */
  readonly neuronsPerChannel: number;
  /** t: the factor of neurons without gate is 2^t. */
  readonly affineBits: number;
  readonly source: 'own' | 'given';
  /** Null if the neurons without gate are linear. */
  readonly polynomial: PolynomialShape | null;
}

/**
 * Which messages a site needs online.
 *
 * `compare` m1 down, m2 up, m3 down, m4 up, or in mode b m1 down, m2 up; `reuse` and `linear` m1 down, m4 up, all four if
 * they truncate exactly.
 */
export type SitePattern = 'compare' | 'reuse' | 'linear';

/**
 * How a site with comparisons of its own multiplies: `a` in two round trips with 2l bits a gated neuron, `b` in one with
 * 3l bits, which takes comparisons of one level.
 */
export type MuxMode = 'a' | 'b';

/** Everything public about a site. AGREEMENT: both parties must use one plan. */
export interface SitePlan {
  readonly shape: SiteShape;
  readonly compare: ComparePlan;
  readonly groups: Groups;
  readonly pattern: SitePattern;
  /** `a` if the site has no comparisons: its gates are known from the start. */
  readonly mode: MuxMode;
  /** The comparison that makes truncation exact, one a neuron; null if it loses the carry, or nothing is truncated. */
  readonly carry: ComparePlan | null;
}

/** How a site is built. */
export interface SiteOptions extends Omit<CompareOptions, 'authenticated'> {
  /** Default `a`. `b` implies one level. */
  readonly mode?: MuxMode;
  /** Whether x' is floor(z / 2^f) without error; takes mode a and no quadratics. Default false. */
  readonly exact?: boolean;
}

/** Comparisons whose offline phase runs at once; bounds memory. AGREEMENT; a multiple of 32. */
export const COMPARISONS_PER_CHUNK = 65_536;

function checkCount(name: string, value: number, low: number, high: number): void {
  if (!Number.isInteger(value) || value < low || value > high) {
    throw new RangeError(`"${name}" expected an integer in ${low}..${high}, got ${value}`);
  }
}

const MAX_COUNT = 2 ** 26;

/**
 * Plans a site.
 * @param options - see {@link planCompare}.
 * @throws RangeError if the shape contradicts itself or a parameter lies outside its range.
 */
export function planSite(shape: SiteShape, options: SiteOptions = {}): SitePlan {
  checkRingBits(shape.ringBits);
  checkCount('truncationBits', shape.truncationBits, 0, shape.ringBits - 2);
  checkCount('neurons', shape.neurons, 0, MAX_COUNT);
  checkCount('gateCount', shape.gateCount, 0, MAX_COUNT);
  checkCount('affineBits', shape.affineBits, 0, shape.ringBits - 2);
  const comparisons = shape.source === 'own' ? shape.gateCount : 0;
  if (shape.comparisons !== comparisons) {
    throw new RangeError(`"comparisons" expected ${comparisons} (source ${shape.source}), got ${shape.comparisons}`);
  }
  if (shape.gateOf.length !== shape.neurons) {
    throw new RangeError(`"gateOf" expected ${shape.neurons} entries, got ${shape.gateOf.length}`);
  }
  const channels = shape.neurons === 0 ? shape.a.length : shape.neurons / shape.neuronsPerChannel;
  if (shape.a.length !== channels || shape.b.length !== channels) {
    throw new RangeError(
      `"a", "b" expected neurons / neuronsPerChannel = ${channels} entries, got ${shape.a.length}, ${shape.b.length}`,
    );
  }
  const { polynomial } = shape;
  if (polynomial !== null) {
    checkCount('truncationBits + squareBits', shape.truncationBits + polynomial.squareBits, 0, shape.ringBits - 2);
    checkCount('squareBits', polynomial.squareBits, 0, shape.ringBits - 2);
    checkCount('outerBits', polynomial.outerBits, 0, shape.ringBits - 2);
    for (const name of ['c2', 'c1', 'c0'] as const) {
      if (polynomial[name].length !== channels) {
        throw new RangeError(`"${name}" expected ${channels} entries, got ${polynomial[name].length}`);
      }
    }
  }
  const groups = groupNeurons(shape.gateOf, shape.gateCount);
  const gated = groups.gates.length > 0 ? 'reuse' : 'linear';
  const { mode = 'a', exact = false, ...compare } = options;
  const direct = mode === 'b' && comparisons > 0;
  if (direct && compare.levels === 2) throw new RangeError('"levels" expected 1 in mode b, got 2');
  if (exact && direct) throw new RangeError('"mode" expected a with exact truncation, got b');
  if (exact && polynomial !== null && shape.gateOf.includes(-1)) {
    throw new RangeError('"exact" expected a site without quadratics, got some');
  }
  return {
    shape,
    carry: exact && shape.truncationBits > 0 ? planCarry(shape.ringBits, shape.truncationBits) : null,
    compare: planCompare(shape.ringBits, direct ? { ...compare, levels: 1, authenticated: true } : compare),
    groups,
    pattern: comparisons > 0 ? 'compare' : gated,
    mode: direct ? 'b' : 'a',
  };
}

/**
 * The same site with other comparisons; mode b if these are authenticated.
 * @throws RangeError if the site has none of its own, the ring differs, or mode b meets exact truncation.
 */
export function rebuildSite(site: SitePlan, compare: ComparePlan): SitePlan {
  if (site.pattern !== 'compare') throw new RangeError('"site" expected comparisons of its own, got none');
  if (compare.ringBits !== site.shape.ringBits) {
    throw new RangeError(`"compare" expected a ring of ${site.shape.ringBits} bits, got ${compare.ringBits}`);
  }
  if (compare.authenticated && site.carry !== null) {
    throw new RangeError('"compare" expected one for mode a (truncation is exact), got one for mode b');
  }
  return { ...site, compare, mode: compare.authenticated ? 'b' : 'a' };
}

/** Which gates a chunk deals, of a site's comparisons and of its carries; no gates may be [0, 0]. */
export interface SiteChunk {
  readonly comparisons: readonly [first: number, count: number];
  readonly carries: readonly [first: number, count: number];
}

/** The chunks of a site; an empty one if it has no gates. */
export function chunksOf({ shape, carry }: SitePlan): readonly SiteChunk[] {
  const carried = carry === null ? 0 : shape.neurons;
  const count = Math.max(1, Math.ceil(Math.max(shape.comparisons, carried) / COMPARISONS_PER_CHUNK));
  const part = (total: number, chunk: number): readonly [number, number] => {
    const first = chunk * COMPARISONS_PER_CHUNK;
    return first < total ? [first, Math.min(COMPARISONS_PER_CHUNK, total - first)] : [0, 0];
  };
  return Array.from({ length: count }, (_, chunk) => ({
    comparisons: part(shape.comparisons, chunk),
    carries: part(carried, chunk),
  }));
}
