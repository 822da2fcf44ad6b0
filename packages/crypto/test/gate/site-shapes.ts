import { idealCompare, planSite, type SiteOptions, type SitePlan, type SiteShape } from '@relent/crypto';
import type { SiteInput } from './site-run.js';
import { randomRing, testRandom } from './site-run.js';

/** A shape of one channel with defaults that a test overrides. */
export function shapeOf(part: Partial<SiteShape> & Pick<SiteShape, 'neurons'>): SiteShape {
  const source = part.source ?? 'own';
  const gateCount = part.gateCount ?? 0;
  return {
    ringBits: 32,
    truncationBits: 8,
    gateCount,
    comparisons: source === 'own' ? gateCount : 0,
    gateOf: new Int32Array(part.neurons).fill(-1),
    a: Int32Array.of(1),
    b: Int32Array.of(0),
    neuronsPerChannel: part.neurons,
    affineBits: 0,
    source,
    polynomial: null,
    ...part,
  };
}

/** Comparisons alone: a site without neurons. */
export function comparisonsOnly(count: number, ringBits: number, options: SiteOptions = {}): SitePlan {
  return planSite(
    shapeOf({ neurons: 0, neuronsPerChannel: 1, gateCount: count, ringBits, truncationBits: 0 }),
    options,
  );
}

/** Values at and beside 0, the powers of two and the ends of the allowed range |z| < 2^(l-2). */
export function edgeValues(ringBits: number): Int32Array {
  const limit = 2 ** (ringBits - 2) - 1;
  const values = new Set([0, 1, -1, limit, -limit, limit - 1, 1 - limit]);
  for (let k = 1; k < ringBits - 2; k++) {
    for (const value of [2 ** k, 2 ** k - 1, 2 ** k + 1]) {
      values.add(value);
      values.add(-value);
    }
  }
  return Int32Array.from([...values].filter((value) => Math.abs(value) <= limit));
}

/** Uniform pre-activations in range and scores, with uniform client shares and, for reuse, given gate shares. */
export function randomInput(shape: SiteShape, seed: number): SiteInput {
  const { neurons, comparisons, gateCount, ringBits: l } = shape;
  const random = testRandom(seed);
  // Sign-extended (l-1)-bit numbers lie in [-2^(l-2), 2^(l-2)); the lowest is out of range.
  const limit = 2 ** (l - 2) - 1;
  const z = randomRing(neurons, l - 1, random).map((value) => Math.max(value, -limit));
  const scores = randomRing(comparisons, l - 1, random);
  const bits = (): Uint8Array => random.bytes(gateCount).map((byte) => byte & 1);
  return {
    z,
    zClient: randomRing(neurons, l, random),
    scores,
    scoresClient: randomRing(comparisons, l, random),
    ...(shape.source === 'given' ? { given: { client: bits(), server: bits() } } : {}),
  };
}

/** Gates of a run as the specification has them. */
export function idealGates(input: SiteInput, ringBits: number): Uint8Array {
  const { given } = input;
  return given === undefined
    ? idealCompare(input.scores, ringBits)
    : given.client.map((bit, gate) => bit ^ given.server[gate]!);
}

/**
 * Quadratics on the neurons without gate, in a ring of l bits: pre-activations keep so few bits that no value leaves the range.
 * @param options.squareBits - s.
 * @param options.outerBits - q.
 */
export function quadraticShape(
  gateOf: Int32Array,
  ringBits: number,
  options: { readonly squareBits?: number; readonly outerBits?: number; readonly source?: 'own' | 'given' } = {},
): SiteShape {
  const { squareBits = 1, outerBits = 2, source = 'own' } = options;
  const kept = Math.floor((ringBits - 6) / 2);
  return shapeOf({
    neurons: gateOf.length,
    neuronsPerChannel: gateOf.length / 2,
    gateOf,
    gateCount: source === 'given' || gateOf.some((gate) => gate >= 0) ? 7 : 0,
    source,
    ringBits,
    truncationBits: ringBits - 2 - kept - squareBits,
    a: Int32Array.of(3, 1),
    b: Int32Array.of(0, -1),
    polynomial: { c2: Int32Array.of(3, -2), c1: Int32Array.of(-1, 2), c0: Int32Array.of(1, -3), squareBits, outerBits },
  });
}

/** Both ways to multiply. */
export const modes = ['a', 'b'] as const;

/** One shape for every message pattern and every kind of neuron that the options allow. */
export function samplePlans(ringBits = 32, options: SiteOptions = {}): readonly (readonly [string, SitePlan])[] {
  const neurons = 24;
  const mixed = Int32Array.from({ length: neurons }, (_, i) => (i % 5 === 4 ? -1 : (i * 3) % 7));
  const affine = { a: Int32Array.of(3, -2), b: Int32Array.of(1, 5), neuronsPerChannel: 12, affineBits: 2 };
  const shapes: [string, SiteShape][] = [
    [
      'plain',
      shapeOf({ neurons, gateCount: neurons, gateOf: Int32Array.from({ length: neurons }, (_, i) => i), ringBits }),
    ],
    ['shared, affine, linear neurons', shapeOf({ neurons, gateCount: 9, gateOf: mixed, ringBits, ...affine })],
    ['one gate for all', shapeOf({ neurons, gateCount: 1, gateOf: new Int32Array(neurons), ringBits })],
    ['gates for later sites only', shapeOf({ neurons, gateCount: 5, ringBits })],
    ['reuse', shapeOf({ neurons, gateCount: 9, gateOf: mixed, source: 'given', ringBits, ...affine })],
    ['linear', shapeOf({ neurons, ringBits, affineBits: 1 })],
    ['no truncation', shapeOf({ neurons, gateCount: 9, gateOf: mixed, truncationBits: 0, ringBits, ...affine })],
    ['linear without truncation', shapeOf({ neurons, truncationBits: 0, ringBits })],
    ['empty', shapeOf({ neurons: 0, neuronsPerChannel: 1, ringBits })],
  ];
  const longest = Math.min(8, ringBits - 2);
  const alone = new Int32Array(neurons).fill(-1);
  const plans = shapes.map(([name, shape]): [string, SitePlan] => [
    name,
    planSite({ ...shape, truncationBits: Math.min(shape.truncationBits, longest) }, options),
  ]);
  if (options.exact) return plans;
  return [
    ...plans,
    ['quadratics beside gates', planSite(quadraticShape(mixed, ringBits), options)],
    [
      'quadratics beside reused gates',
      planSite(quadraticShape(mixed, ringBits, { source: 'given', squareBits: 0 }), options),
    ],
    ['quadratics', planSite(quadraticShape(alone, ringBits, { outerBits: 0 }), options)],
  ];
}
