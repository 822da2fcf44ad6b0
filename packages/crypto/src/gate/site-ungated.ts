/**
 * What does not depend on gates: truncated values, and the neurons without gate.
 * @module
 */
import type { BitReader } from '../bit-stream.js';
import { type PolynomialPlan, readPolynomialClient, type ValuedPolynomial } from './polynomial.js';
import { type SiteClientState, truncatePlanOf } from './site-offline.js';
import type { SitePlan } from './site-plan.js';
import { openedPart, readTruncateClient } from './truncate.js';

/** What the client knows of a site's neurons after m1: its shares of x', the opened bits, and its quadratics. */
export interface OpenedSite {
  readonly x: Int32Array;
  readonly opened: Uint8Array;
  readonly valued: ValuedPolynomial;
}

/** Message m1, client: the openings of truncations and quadratics. */
export function readOpenings(
  plan: SitePlan,
  polynomials: PolynomialPlan,
  state: Pick<SiteClientState, 'truncate' | 'polynomial'>,
  reader: BitReader,
): OpenedSite {
  const truncation = truncatePlanOf(plan);
  const opened = readTruncateClient(truncation, plan.shape.neurons, reader);
  const { x0, delta } = state.truncate;
  const x = x0.map((value, i) => value - openedPart(truncation, opened[i]!, delta[i]!));
  return { x, opened, valued: readPolynomialClient(polynomials, plan, state.polynomial, x, opened, reader) };
}

/**
 * A party's share of y at the neurons without gate, x'·2^t or the quadratics that it is given, and 0 at the others; wrapping,
 * not reduced.
 */
export function ungatedShare({ shape }: SitePlan, x: Int32Array, quadratics: Int32Array): Int32Array {
  const { gateOf, affineBits, neurons, polynomial } = shape;
  const y = new Int32Array(neurons);
  let next = 0;
  for (let i = 0; i < neurons; i++) {
    if (gateOf[i]! < 0) y[i] = polynomial === null ? x[i]! << affineBits : quadratics[next++]!;
  }
  return y;
}
