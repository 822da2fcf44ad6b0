/**
 * Online phase of a site: shares of the pre-activations in, masked activations at the server out.
 *
 *     m1  server → client   δ, lower openings, truncation bits, openings of quadratics; if exact, those of the carries
 *     m2  client → server   lower and upper openings; if exact, openings of the carries and o_c
 *     m3  server → client   upper openings; if exact, o_s; d_s, e
 *     m4  client → server   d_c, corrections of quadratics, y_c - r
 *
 * In mode b, with comparisons of its own, it takes m1 and m2 alone, see site-direct.ts.
 * Without comparisons of its own a site needs m1 (truncation bits, d_s, e) and m4 alone: the server holds its gate
 * shares from the start. Exact truncation takes all four.
 * @module
 */
import { BitWriter } from '../bit-stream.js';
import { unpackBits } from '../bits.js';
import type { RowHash } from '../ot/types.js';
import type { Protocol } from '../protocol.js';
import { reduce } from '../ring.js';
import {
  addCarryClient,
  addCarryServer,
  answerCarryClient,
  finishCarryClient,
  finishCarryServer,
  type OpenedCarry,
  openCarryServer,
} from './carry.js';
import { combineCompareClient, combineCompareServer, finishCompareOnline, openCompareServer } from './compare.js';
import { receiveBits, sendBits } from './message.js';
import { multiplyMuxClient, multiplyMuxServer, type OpenedMux, openMuxServer } from './mux.js';
import {
  openPolynomialServer,
  polynomialPlan,
  truncatePolynomialClient,
  truncatePolynomialServer,
} from './polynomial.js';
import { onlineBits, opensTwice } from './site-cost.js';
import { siteDirectClient, siteDirectServer } from './site-direct.js';
import { expectMode, type SiteClientCorrelation, type SiteServerCorrelation, truncatePlanOf } from './site-offline.js';
import type { SitePlan } from './site-plan.js';
import { type OpenedSite, readOpenings, ungatedShare } from './site-ungated.js';
import { openTruncateServer } from './truncate.js';

/** A party's share of y = x'·b + (d·x')·a, and of the neurons without gate; wrapping, not reduced. */
function affineShare(plan: SitePlan, x: Int32Array, gated: Int32Array, quadratics: Int32Array): Int32Array {
  const { a, b, neuronsPerChannel } = plan.shape;
  const y = ungatedShare(plan, x, quadratics);
  plan.groups.neurons.forEach((neuron, k) => {
    const channel = Math.floor(neuron / neuronsPerChannel);
    y[neuron] = Math.imul(x[neuron]!, b[channel]!) + Math.imul(gated[k]!, a[channel]!);
  });
  return y;
}

function expectHash(hash: RowHash | undefined): RowHash {
  if (hash === undefined) throw new RangeError('"hash" expected the kernels (the site runs in mode b), got none');
  return hash;
}

function checkGates(plan: SitePlan, given: Uint8Array | undefined): Uint8Array {
  const { source, gateCount } = plan.shape;
  if (source === 'own') {
    if (given !== undefined) throw new RangeError('"givenGates" expected none (the site compares itself), got some');
    return new Uint8Array(0);
  }
  if (given === undefined || given.length !== gateCount) {
    throw new RangeError(
      `"givenGates" expected [${gateCount}], got ${given === undefined ? 'none' : `[${given.length}]`}`,
    );
  }
  return given.map((bit) => bit & 1);
}

/**
 * Online phase, client.
 *
 * Cost: `siteCost(plan).online`.
 * Security: semi-honest; the client learns nothing but its gate shares.
 * @param givenGates - [gateCount] its gate shares of the source site, bytes 0 or 1; only if the source is `given`.
 * @param hash - needed in mode b.
 * @returns its gate shares, and its shares of what the quadratics truncate (see {@link PolynomialShape}).
 * @throws ProtocolError `reused` if the correlation was used before, `malformed` if a message has the wrong size.
 */
export function* siteOnlineClient(
  plan: SitePlan,
  correlation: SiteClientCorrelation,
  givenGates?: Uint8Array,
  hash?: RowHash,
): Protocol<{ gates: Uint8Array; quadratics: Int32Array }> {
  const { neurons, comparisons, ringBits } = plan.shape;
  const truncation = truncatePlanOf(plan);
  const bits = onlineBits(plan);
  let gates = checkGates(plan, givenGates);
  if (plan.mode === 'b') return yield* siteDirectClient(plan, correlation, expectHash(hash));
  const state = correlation.take();
  const mux = expectMode(state.mux, 'a');

  const polynomials = polynomialPlan(plan);
  let reader = yield* receiveBits(bits.m1, 'site-m1');
  let read: OpenedSite;
  let carry: OpenedCarry | null = null;
  if (opensTwice(plan)) {
    const m2 = new BitWriter(bits.m2);
    const combined = plan.pattern === 'compare' ? combineCompareClient(state.compare, reader, m2) : null;
    read = readOpenings(plan, polynomials, state, reader);
    const half = state.carry && answerCarryClient(state.carry, reader, m2);
    reader.finish();
    yield* sendBits(m2);
    reader = yield* receiveBits(bits.m3, 'site-m3');
    if (combined !== null) gates = unpackBits(finishCompareOnline(state.compare, combined, reader), comparisons);
    carry = state.carry && half && finishCarryClient(state.carry, half, reader);
  } else {
    read = readOpenings(plan, polynomials, state, reader);
  }
  const { opened, valued } = read;
  const x = carry === null ? read.x : addCarryClient(read.x, carry, ringBits);
  const m4 = new BitWriter(bits.m4);
  const gated = multiplyMuxClient(truncation, plan.groups, mux, gates, state.truncate, opened, carry, reader, m4);
  reader.finish();
  const quadratics = truncatePolynomialClient(polynomials, state.polynomial, valued, m4);
  const y = affineShare(plan, x, gated, quadratics);
  for (let i = 0; i < neurons; i++) m4.write(y[i]! - state.r[i]!, ringBits);
  yield* sendBits(m4);
  return { gates, quadratics: valued.values };
}

/**
 * Online phase, server.
 *
 * Cost: `siteCost(plan).online`.
 * Security: semi-honest; the server learns nothing but masked values.
 * @param z - [neurons] its shares of the pre-activations; need not be reduced.
 * @param scores - [comparisons] its shares of the scores.
 * @param givenGates - [gateCount] its gate shares of the source site, bytes 0 or 1; only if the source is `given`.
 * @param hash - needed in mode b.
 * @returns y - r, reduced, and its gate shares.
 * @throws RangeError if a length does not fit the plan.
 * @throws ProtocolError `reused` if the correlation was used before, `malformed` if a message has the wrong size.
 */
export function* siteOnlineServer(
  plan: SitePlan,
  correlation: SiteServerCorrelation,
  z: Int32Array,
  scores: Int32Array,
  givenGates?: Uint8Array,
  hash?: RowHash,
): Protocol<{ y: Int32Array; gates: Uint8Array }> {
  const { neurons, comparisons, ringBits } = plan.shape;
  const truncation = truncatePlanOf(plan);
  const bits = onlineBits(plan);
  if (z.length !== neurons) throw new RangeError(`"z" expected [${neurons}], got [${z.length}]`);
  if (scores.length !== comparisons) throw new RangeError(`"scores" expected [${comparisons}], got [${scores.length}]`);
  let gates = checkGates(plan, givenGates);
  if (plan.mode === 'b') return yield* siteDirectServer(plan, correlation, z, scores, expectHash(hash));
  const state = correlation.take();
  const mux = expectMode(state.mux, 'a');

  const m1 = new BitWriter(bits.m1);
  let writer = m1;
  const polynomials = polynomialPlan(plan);
  const compared = plan.pattern === 'compare' ? openCompareServer(state.compare, scores, m1) : null;
  let x = openTruncateServer(truncation, state.truncate, z, m1);
  const values = openPolynomialServer(polynomials, plan, state.polynomial, z, x, m1);
  let carry: OpenedCarry | null = null;
  if (opensTwice(plan)) {
    const carried = state.carry && openCarryServer(state.carry, z, m1);
    yield* sendBits(m1);
    const reader = yield* receiveBits(bits.m2, 'site-m2');
    writer = new BitWriter(bits.m3);
    if (compared !== null) {
      gates = unpackBits(combineCompareServer(state.compare, compared, reader, writer), comparisons);
    }
    carry = state.carry && carried && finishCarryServer(state.carry, carried, reader, writer);
    if (carry !== null) x = { ...x, x: addCarryServer(x.x, carry, ringBits) };
    reader.finish();
  }
  const products: OpenedMux = openMuxServer(truncation, plan.groups, mux, gates, x, carry, writer);
  yield* sendBits(writer);

  const m4 = yield* receiveBits(bits.m4, 'site-m4');
  const gated = multiplyMuxServer(truncation, plan.groups, mux, products, gates, x, m4);
  const quadratics = truncatePolynomialServer(polynomials, state.polynomial, values, m4);
  const y = affineShare(plan, x.x, gated, quadratics);
  for (let i = 0; i < neurons; i++) y[i] = reduce(y[i]! + m4.read(ringBits), ringBits);
  m4.finish();
  return { y, gates };
}
