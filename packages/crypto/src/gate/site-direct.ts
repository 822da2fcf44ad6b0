/**
 * Online phase of a site with comparisons of its own in mode b: one round trip.
 *
 *     m1  server → client   δ, openings, D, truncation bits, openings of quadratics, e
 *     m2  client → server   openings, ρ, both candidates of every gated neuron, corrections of quadratics, y_c - r of the
 *                           neurons without gate
 *
 * See compare-direct.ts and mux-direct.ts.
 * @module
 */
import { BitWriter } from '../bit-stream.js';
import { unpackBits } from '../bits.js';
import type { RowHash } from '../ot/types.js';
import type { Protocol } from '../protocol.js';
import { reduce } from '../ring.js';
import { combineDirectClient, combineDirectServer, openDirectServer } from './compare-direct.js';
import type { CompareTags } from './compare-tags.js';
import { groupSizes } from './groups.js';
import { receiveBits, sendBits } from './message.js';
import { gatePadBytes } from './mux.js';
import { answerDirectClient, chooseDirectServer, offerDirectServer } from './mux-direct.js';
import {
  openPolynomialServer,
  polynomialPlan,
  truncatePolynomialClient,
  truncatePolynomialServer,
} from './polynomial.js';
import { onlineBits } from './site-cost.js';
import { expectMode, type SiteClientCorrelation, type SiteServerCorrelation, truncatePlanOf } from './site-offline.js';
import type { SitePlan } from './site-plan.js';
import { readOpenings, ungatedShare } from './site-ungated.js';
import { openTruncateServer } from './truncate.js';

/** Bytes of each group's pad. */
function padLengths(plan: SitePlan): Uint32Array {
  return groupSizes(plan.groups).map((size) => size * gatePadBytes(truncatePlanOf(plan)));
}

function tagsOf(tags: CompareTags | null): CompareTags {
  if (tags === null) throw new RangeError('"correlation" expected one of mode b, got mode a');
  return tags;
}

/** The client's half; see `siteOnlineClient`. */
export function* siteDirectClient(
  plan: SitePlan,
  correlation: SiteClientCorrelation,
  hash: RowHash,
): Protocol<{ gates: Uint8Array; quadratics: Int32Array }> {
  const { shape, groups } = plan;
  const bits = onlineBits(plan);
  const polynomials = polynomialPlan(plan);
  const state = correlation.take();
  const { compare, mux, r } = state;
  const direct = expectMode(mux, 'b');

  const reader = yield* receiveBits(bits.m1, 'site-m1');
  const m2 = new BitWriter(bits.m2);
  const { shares, rows } = combineDirectClient(compare, groups.gates, reader, m2);
  const gates = unpackBits(shares, shape.comparisons);
  const { x, valued } = readOpenings(plan, polynomials, state, reader);
  const { domain, delta } = tagsOf(compare.tags);
  const lengths = padLengths(plan);
  const pads = {
    zero: hash.hashRows(rows, null, domain, direct.tweak, lengths),
    one: hash.hashRows(rows, new Uint8Array(delta.buffer), domain, direct.tweak, lengths),
  };
  answerDirectClient(shape, groups, direct, gates, x, r, pads, reader, m2);
  reader.finish();
  const y = ungatedShare(plan, x, truncatePolynomialClient(polynomials, state.polynomial, valued, m2));
  for (let i = 0; i < shape.neurons; i++) {
    if (shape.gateOf[i]! < 0) m2.write(y[i]! - r[i]!, shape.ringBits);
  }
  yield* sendBits(m2);
  return { gates, quadratics: valued.values };
}

/** The server's half; see `siteOnlineServer`. */
export function* siteDirectServer(
  plan: SitePlan,
  correlation: SiteServerCorrelation,
  z: Int32Array,
  scores: Int32Array,
  hash: RowHash,
): Protocol<{ y: Int32Array; gates: Uint8Array }> {
  const { shape, groups } = plan;
  const truncation = truncatePlanOf(plan);
  const bits = onlineBits(plan);
  const polynomials = polynomialPlan(plan);
  const { compare, truncate, mux, polynomial } = correlation.take();
  const direct = expectMode(mux, 'b');

  const m1 = new BitWriter(bits.m1);
  const opened = openDirectServer(compare, scores, m1);
  const truncated = openTruncateServer(truncation, truncate, z, m1);
  const { x } = truncated;
  const values = openPolynomialServer(polynomials, plan, polynomial, z, truncated, m1);
  offerDirectServer(shape, groups, direct, x, m1);
  yield* sendBits(m1);

  const reader = yield* receiveBits(bits.m2, 'site-m2');
  const { shares, rows } = combineDirectServer(compare, opened, groups.gates, reader);
  const gates = unpackBits(shares, shape.comparisons);
  const pads = hash.hashRows(rows, null, tagsOf(compare.tags).domain, direct.tweak, padLengths(plan));
  const y = new Int32Array(shape.neurons);
  chooseDirectServer(shape, groups, direct, gates, x, pads, reader, y);
  const ungated = ungatedShare(plan, x, truncatePolynomialServer(polynomials, polynomial, values, reader));
  for (let i = 0; i < shape.neurons; i++) {
    if (shape.gateOf[i]! < 0) y[i] = reduce(ungated[i]! + reader.read(shape.ringBits), shape.ringBits);
  }
  reader.finish();
  return { y, gates };
}
