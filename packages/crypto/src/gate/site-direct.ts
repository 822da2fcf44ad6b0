/**
 * Online phase of a site with comparisons of its own in mode b: one round trip.
 *
 *     m1  server → client   δ, openings, D, truncation bits, e
 *     m2  client → server   openings, ρ, both candidates of every gated neuron, y_c - r of the others
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
import { onlineBits } from './site-cost.js';
import { expectMode, type SiteClientCorrelation, type SiteServerCorrelation, truncatePlanOf } from './site-offline.js';
import type { SitePlan } from './site-plan.js';
import { openedPart, openTruncateServer, readTruncateClient } from './truncate.js';

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
): Protocol<{ gates: Uint8Array }> {
  const { shape, groups } = plan;
  const truncation = truncatePlanOf(plan);
  const bits = onlineBits(plan);
  const { compare, truncate, mux, r } = correlation.take();
  const direct = expectMode(mux, 'b');

  const reader = yield* receiveBits(bits.m1, 'site-m1');
  const m2 = new BitWriter(bits.m2);
  const { shares, rows } = combineDirectClient(compare, groups.gates, reader, m2);
  const gates = unpackBits(shares, shape.comparisons);
  const opened = readTruncateClient(truncation, shape.neurons, reader);
  const x = truncate.x0.map((value, i) => value - openedPart(truncation, opened[i]!, truncate.delta[i]!));
  const { domain, delta } = tagsOf(compare.tags);
  const lengths = padLengths(plan);
  const pads = {
    zero: hash.hashRows(rows, null, domain, direct.tweak, lengths),
    one: hash.hashRows(rows, new Uint8Array(delta.buffer), domain, direct.tweak, lengths),
  };
  answerDirectClient(shape, groups, direct, gates, x, r, pads, reader, m2);
  reader.finish();
  for (let i = 0; i < shape.neurons; i++) {
    if (shape.gateOf[i]! < 0) m2.write((x[i]! << shape.affineBits) - r[i]!, shape.ringBits);
  }
  yield* sendBits(m2);
  return { gates };
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
  const { compare, truncate, mux } = correlation.take();
  const direct = expectMode(mux, 'b');

  const m1 = new BitWriter(bits.m1);
  const opened = openDirectServer(compare, scores, m1);
  const { x } = openTruncateServer(truncation, truncate, z, m1);
  offerDirectServer(shape, groups, direct, x, m1);
  yield* sendBits(m1);

  const reader = yield* receiveBits(bits.m2, 'site-m2');
  const { shares, rows } = combineDirectServer(compare, opened, groups.gates, reader);
  const gates = unpackBits(shares, shape.comparisons);
  const pads = hash.hashRows(rows, null, tagsOf(compare.tags).domain, direct.tweak, padLengths(plan));
  const y = new Int32Array(shape.neurons);
  chooseDirectServer(shape, groups, direct, gates, x, pads, reader, y);
  for (let i = 0; i < shape.neurons; i++) {
    if (shape.gateOf[i]! >= 0) continue;
    y[i] = reduce((x[i]! << shape.affineBits) + reader.read(shape.ringBits), shape.ringBits);
  }
  reader.finish();
  return { y, gates };
}
