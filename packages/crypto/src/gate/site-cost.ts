/**
 * What a site costs, message by message. The protocols size their messages by these very numbers.
 * @module
 */
import type { Cost, MessageCost } from '../cost.js';
import { type CompareBits, compareBits } from './compare-plan.js';
import {
  type PolynomialPlan,
  polynomialCorrectionBits,
  polynomialOnlineBits,
  polynomialPlan,
  polynomialRots,
} from './polynomial.js';
import { chunksOf, type SitePlan } from './site-plan.js';

/** Cost of a site without the random OTs themselves (see the OT extension's own cost). */
export interface SiteCost {
  readonly offline: Cost;
  readonly online: Cost;
}

/** Bits of the four online messages; 0 if a message is not sent. */
export interface SiteMessageBits {
  readonly m1: number;
  readonly m2: number;
  readonly m3: number;
  readonly m4: number;
}

const noBits: CompareBits = {
  leafDown: 0,
  openingsUp: 0,
  openingsDown: 0,
  correctionsUp: 0,
  choicesDown: 0,
  rots: 0,
};

/** A quantity summed over the polynomial neurons. */
function ofPolynomials(plan: SitePlan, each: (polynomials: PolynomialPlan) => number): number {
  const polynomials = polynomialPlan(plan);
  const count = polynomials.neurons.length;
  return count === 0 ? 0 : count * each(polynomials);
}

/** Bits of the carries of `count` neurons, beside those that are dealt or opened once for all: none unless exact. */
function carryBits({ carry }: SitePlan, count: number): CompareBits {
  const each = carry === null ? noBits : compareBits(carry);
  return {
    leafDown: each.leafDown * count,
    openingsUp: each.openingsUp * count,
    openingsDown: each.openingsDown * count,
    correctionsUp: each.correctionsUp * count,
    choicesDown: each.choicesDown * count,
    rots: each.rots * count,
  };
}

/** Random OTs of one chunk with the client as sender; chunk 0 also serves truncation, random bits and multiplexing. */
export function chunkRots(plan: SitePlan, chunk: number): number {
  const { neurons, truncationBits } = plan.shape;
  const { comparisons, carries } = chunksOf(plan)[chunk]!;
  const groups = plan.mode === 'a' ? plan.groups.gates.length : 0;
  const truncations = truncationBits > 0 ? neurons : 0;
  const randomBits = plan.carry === null ? 0 : neurons;
  const own = chunk === 0 ? truncations + randomBits + groups + ofPolynomials(plan, polynomialRots) : 0;
  return own + comparisons[1] * compareBits(plan.compare).rots + carryBits(plan, carries[1]).rots;
}

/** Bits of one chunk's corrections (client to server). */
export function correctionBits(plan: SitePlan, chunk: number): number {
  const { neurons, truncationBits, ringBits } = plan.shape;
  const { comparisons, carries } = chunksOf(plan)[chunk]!;
  const gated = plan.mode === 'a' ? plan.groups.neurons.length : 0;
  const exact = plan.carry === null ? 0 : ringBits * (neurons + gated);
  const linear = neurons * truncationBits + gated * (ringBits + truncationBits) + exact;
  const own = chunk === 0 ? linear + ofPolynomials(plan, polynomialCorrectionBits) : 0;
  const compared = comparisons[1] * compareBits(plan.compare).correctionsUp;
  return own + compared + carryBits(plan, carries[1]).correctionsUp;
}

/** Bits of one chunk's announcements (server to client). */
export function choiceBits(plan: SitePlan, chunk: number): number {
  const { comparisons, carries } = chunksOf(plan)[chunk]!;
  return comparisons[1] * compareBits(plan.compare).choicesDown + carryBits(plan, carries[1]).choicesDown;
}

/** Whether the site needs m2 and m3. */
export function opensTwice({ pattern, mode, carry }: SitePlan): boolean {
  return mode === 'a' && (pattern === 'compare' || carry !== null);
}

/** Bits of the online messages. */
export function onlineBits(plan: SitePlan): SiteMessageBits {
  const { neurons, comparisons, truncationBits, ringBits } = plan.shape;
  const groups = plan.groups.gates.length;
  const bits = compareBits(plan.compare);
  const polynomialDown = ofPolynomials(plan, (polynomials) => polynomialOnlineBits(polynomials).down);
  const polynomialUp = ofPolynomials(plan, (polynomials) => polynomialOnlineBits(polynomials).up);
  const opened = (truncationBits > 0 ? neurons : 0) + polynomialDown;
  const mux = groups + ringBits * plan.groups.neurons.length;
  const up = groups + polynomialUp + ringBits * neurons;
  if (plan.mode === 'b') {
    const gated = plan.groups.neurons.length;
    return {
      m1: opened + comparisons * bits.leafDown + ringBits * gated,
      m2: comparisons * bits.openingsUp + groups + polynomialUp + ringBits * (neurons + gated),
      m3: 0,
      m4: 0,
    };
  }
  if (!opensTwice(plan)) return { m1: opened + mux, m2: 0, m3: 0, m4: up };
  const carries = carryBits(plan, plan.carry === null ? 0 : neurons);
  const half = plan.carry === null ? 0 : neurons;
  return {
    m1: opened + comparisons * bits.leafDown + carries.leafDown,
    m2: comparisons * bits.openingsUp + carries.openingsUp + half,
    m3: comparisons * bits.openingsDown + half + mux,
    m4: up,
  };
}

/** The cost of a site. Messages of no bits are not sent. */
export function siteCost(plan: SitePlan): SiteCost {
  const sent = (messages: readonly MessageCost[]): MessageCost[] => messages.filter(({ bits }) => bits > 0);
  const chunks = Array.from(chunksOf(plan).keys());
  const online = onlineBits(plan);
  return {
    offline: {
      messages: sent(
        chunks.flatMap((chunk) => [
          { direction: 'up', bits: correctionBits(plan, chunk) },
          { direction: 'down', bits: choiceBits(plan, chunk) },
        ]),
      ),
      rots: {
        client: chunks.reduce((sum, chunk) => sum + chunkRots(plan, chunk), 0),
        server: plan.groups.gates.length,
      },
    },
    online: {
      messages: sent([
        { direction: 'down', bits: online.m1 },
        { direction: 'up', bits: online.m2 },
        { direction: 'down', bits: online.m3 },
        { direction: 'up', bits: online.m4 },
      ]),
      rots: { client: 0, server: 0 },
    },
  };
}
