/**
 * What a site's correlations hold, field by field, for storing them between the phases.
 *
 * Ring elements are kept modulo 2^l, products modulo 2^f: nothing of them above those bits reaches a message or a result.
 * @module
 */
import type { CarryClient, CarryServer } from './carry.js';
import { tableWords } from './compare-leaf.js';
import type { CompareState } from './compare-offline.js';
import { type ComparePlan, nodesOf } from './compare-plan.js';
import { type CompareTags, newCompareTags } from './compare-tags.js';
import { type PolynomialClient, type PolynomialPlan, type PolynomialServer, polynomialPlan } from './polynomial.js';
import type { SiteClientState, SiteMuxClient, SiteMuxServer, SiteServerState } from './site-offline.js';
import { expectMode, truncatePlanOf } from './site-offline.js';
import type { SitePlan } from './site-plan.js';
import type { StateCoder, StateDescription } from './state-coder.js';
import { type TruncateClient, type TruncatePlan, type TruncateServer, truncatePadBytes } from './truncate.js';

const ROW_WORDS = 4;
const DOMAIN_BYTES = 16;

function describeTags(
  coder: StateCoder,
  plan: ComparePlan,
  count: number,
  isClient: boolean,
  held: CompareTags | null,
): CompareTags | null {
  const shape = newCompareTags(plan, 0, isClient);
  if (shape === null) return null;
  return {
    masks: shape.masks.map((_, m) => coder.signed(held?.masks[m] ?? null, count * ROW_WORDS, 32)),
    closing: coder.signed(held?.closing ?? null, count * ROW_WORDS, 32),
    choices: coder.plane(held?.choices ?? null, isClient ? 0 : count),
    delta: coder.signed(held?.delta ?? null, ROW_WORDS, 32),
    domain: coder.bytes(held?.domain ?? null, DOMAIN_BYTES),
  };
}

function describeCompare(
  coder: StateCoder,
  plan: ComparePlan,
  count: number,
  isClient: boolean,
  held: CompareState | null,
): CompareState {
  return {
    plan,
    count,
    tables: plan.digits.map((digit, d) =>
      coder.naturals(held?.tables[d] ?? null, count * tableWords(digit), Math.min(32, digit.functions << digit.bits)),
    ),
    masks: nodesOf(plan).map(({ variables, products }, n) =>
      Array.from({ length: variables.length + products.length }, (_, v) =>
        coder.plane(held?.masks[n]?.[v] ?? null, count),
      ),
    ),
    signs: coder.plane(held?.signs ?? null, isClient ? count : 0),
    rotations: coder.naturals(held?.rotations ?? null, isClient ? 0 : count, plan.width),
    tags: describeTags(coder, plan, count, isClient, held?.tags ?? null),
  };
}

/** Both halves of exact truncation look alike. */
function describeCarry(
  coder: StateCoder,
  { carry, shape }: SitePlan,
  isClient: boolean,
  held: CarryClient | CarryServer | null,
): (CarryClient & CarryServer) | null {
  if (carry === null) return null;
  return {
    compare: describeCompare(coder, carry, shape.neurons, isClient, held?.compare ?? null),
    masks: coder.plane(held?.masks ?? null, shape.neurons),
    shares: coder.signed(held?.shares ?? null, shape.neurons, shape.ringBits),
  };
}

/** The mode's half of a state that is to be written. */
const halfOf = <M extends SiteMuxClient | SiteMuxServer, K extends 'a' | 'b'>(held: M | null, mode: K) =>
  held === null ? null : expectMode<M, K>(held, mode);

function describeMuxClient(coder: StateCoder, plan: SitePlan, held: SiteMuxClient | null): SiteMuxClient {
  const { ringBits: l, bits: f } = truncatePlanOf(plan);
  const { gates, neurons } = plan.groups;
  if (plan.mode === 'b') {
    const direct = halfOf(held, 'b');
    return {
      mode: 'b',
      choices: coder.bits(direct?.choices ?? null, gates.length),
      chosen: coder.signed(direct?.chosen ?? null, neurons.length, l),
      tweak: coder.natural(direct?.tweak ?? null),
    };
  }
  const mux = halfOf(held, 'a');
  return {
    mode: 'a',
    valuePads: coder.signed(mux?.valuePads ?? null, neurons.length, l),
    deltaPads: coder.naturals(mux?.deltaPads ?? null, neurons.length, f),
    carryPads: coder.signed(mux?.carryPads ?? null, plan.carry === null ? 0 : neurons.length, l),
    choices: coder.bits(mux?.choices ?? null, gates.length),
    chosen: coder.signed(mux?.chosen ?? null, neurons.length, l),
  };
}

function describeMuxServer(coder: StateCoder, plan: SitePlan, held: SiteMuxServer | null): SiteMuxServer {
  const { ringBits: l, bits: f } = truncatePlanOf(plan);
  const { gates, neurons } = plan.groups;
  if (plan.mode === 'b') {
    const direct = halfOf(held, 'b');
    return {
      mode: 'b',
      pads: coder.signed(direct?.pads ?? null, neurons.length, l),
      differences: coder.signed(direct?.differences ?? null, neurons.length, l),
      tweak: coder.natural(direct?.tweak ?? null),
    };
  }
  const mux = halfOf(held, 'a');
  return {
    mode: 'a',
    choices: coder.bits(mux?.choices ?? null, gates.length),
    values: coder.signed(mux?.values ?? null, neurons.length, l),
    deltas: coder.naturals(mux?.deltas ?? null, neurons.length, f),
    carries: coder.signed(mux?.carries ?? null, plan.carry === null ? 0 : neurons.length, l),
    pads: coder.signed(mux?.pads ?? null, neurons.length, l),
    differences: coder.signed(mux?.differences ?? null, neurons.length, l),
  };
}

function describeTruncateClient(
  coder: StateCoder,
  { ringBits: l, bits: f }: TruncatePlan,
  count: number,
  held: TruncateClient | null,
): TruncateClient {
  return { x0: coder.signed(held?.x0 ?? null, count, l), delta: coder.naturals(held?.delta ?? null, count, f) };
}

function describeTruncateServer(
  coder: StateCoder,
  { bits: f }: TruncatePlan,
  count: number,
  held: TruncateServer | null,
): TruncateServer {
  return {
    choices: coder.bits(held?.choices ?? null, count),
    products: coder.naturals(held?.products ?? null, count, f),
  };
}

function describePolynomialClient(
  coder: StateCoder,
  { neurons, square, outer }: PolynomialPlan,
  held: PolynomialClient | null,
): PolynomialClient {
  const count = neurons.length;
  const padBytes = count * truncatePadBytes(outer);
  return {
    square: describeTruncateClient(coder, square, count, held?.square ?? null),
    products: coder.signed(held?.products ?? null, count, square.ringBits),
    deltaProducts: coder.naturals(held?.deltaProducts ?? null, count, square.bits),
    outer: {
      zero: coder.bytes(held?.outer.zero ?? null, padBytes),
      one: coder.bytes(held?.outer.one ?? null, padBytes),
    },
  };
}

function describePolynomialServer(
  coder: StateCoder,
  { neurons, square, apart, outer }: PolynomialPlan,
  held: PolynomialServer | null,
): PolynomialServer {
  const count = neurons.length;
  return {
    square: describeTruncateServer(coder, square, apart ? count : 0, held?.square ?? null),
    products: coder.signed(held?.products ?? null, count, square.ringBits),
    deltaProducts: coder.naturals(held?.deltaProducts ?? null, count, square.bits),
    masks: coder.naturals(held?.masks ?? null, count, square.ringBits - 1),
    outer: {
      choices: coder.bits(held?.outer.choices ?? null, outer.bits > 0 ? count : 0),
      chosen: coder.bytes(held?.outer.chosen ?? null, count * truncatePadBytes(outer)),
    },
  };
}

/** The client's correlation of a site. */
export function siteClientState(plan: SitePlan): StateDescription<SiteClientState> {
  const { neurons, comparisons } = plan.shape;
  const truncation = truncatePlanOf(plan);
  const polynomials = polynomialPlan(plan);
  return (coder, held) => ({
    compare: describeCompare(coder, plan.compare, comparisons, true, held?.compare ?? null),
    truncate: describeTruncateClient(coder, truncation, neurons, held?.truncate ?? null),
    carry: describeCarry(coder, plan, true, held?.carry ?? null),
    mux: describeMuxClient(coder, plan, held?.mux ?? null),
    polynomial: describePolynomialClient(coder, polynomials, held?.polynomial ?? null),
    r: coder.signed(held?.r ?? null, neurons, truncation.ringBits),
  });
}

/** The server's correlation of a site. */
export function siteServerState(plan: SitePlan): StateDescription<SiteServerState> {
  const { neurons, comparisons } = plan.shape;
  const truncation = truncatePlanOf(plan);
  const polynomials = polynomialPlan(plan);
  return (coder, held) => ({
    compare: describeCompare(coder, plan.compare, comparisons, false, held?.compare ?? null),
    truncate: describeTruncateServer(coder, truncation, neurons, held?.truncate ?? null),
    carry: describeCarry(coder, plan, false, held?.carry ?? null),
    mux: describeMuxServer(coder, plan, held?.mux ?? null),
    polynomial: describePolynomialServer(coder, polynomials, held?.polynomial ?? null),
  });
}
