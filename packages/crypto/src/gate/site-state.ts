/**
 * What a site's correlations hold, field by field, for storing them between the phases.
 *
 * Ring elements are kept modulo 2^l, products modulo 2^f: nothing of them above those bits reaches a message or a result.
 * @module
 */
import { tableWords } from './compare-leaf.js';
import type { CompareState } from './compare-offline.js';
import { type ComparePlan, nodesOf } from './compare-plan.js';
import { type CompareTags, newCompareTags } from './compare-tags.js';
import type { SiteClientState, SiteMuxClient, SiteMuxServer, SiteServerState } from './site-offline.js';
import { expectMode, truncatePlanOf } from './site-offline.js';
import type { SitePlan } from './site-plan.js';
import type { StateCoder, StateDescription } from './state-coder.js';

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
    pads: coder.signed(mux?.pads ?? null, neurons.length, l),
    differences: coder.signed(mux?.differences ?? null, neurons.length, l),
  };
}

/** The client's correlation of a site. */
export function siteClientState(plan: SitePlan): StateDescription<SiteClientState> {
  const { neurons, comparisons } = plan.shape;
  const { ringBits: l, bits: f } = truncatePlanOf(plan);
  return (coder, held) => ({
    compare: describeCompare(coder, plan.compare, comparisons, true, held?.compare ?? null),
    truncate: {
      x0: coder.signed(held?.truncate.x0 ?? null, neurons, l),
      delta: coder.naturals(held?.truncate.delta ?? null, neurons, f),
    },
    mux: describeMuxClient(coder, plan, held?.mux ?? null),
    r: coder.signed(held?.r ?? null, neurons, l),
  });
}

/** The server's correlation of a site. */
export function siteServerState(plan: SitePlan): StateDescription<SiteServerState> {
  const { neurons, comparisons } = plan.shape;
  const { bits: f } = truncatePlanOf(plan);
  return (coder, held) => ({
    compare: describeCompare(coder, plan.compare, comparisons, false, held?.compare ?? null),
    truncate: {
      choices: coder.bits(held?.truncate.choices ?? null, neurons),
      products: coder.naturals(held?.truncate.products ?? null, neurons, f),
    },
    mux: describeMuxServer(coder, plan, held?.mux ?? null),
  });
}
