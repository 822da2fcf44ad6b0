/**
 * Offline phase of a site: all correlated randomness for one use, with the client's shares built in.
 *
 * Messages, per chunk of comparisons: random OTs (client sends, so its extension message goes down first), then up the
 * client's corrections, then down the server's announcements. The random OTs of the other direction are made beside the
 * first chunk. Each extension is asked for once a chunk, in list order, so that `all` over sites keeps both parties'
 * extensions in step.
 * @module
 */
import { BitWriter } from '../bit-stream.js';
import type { OtExtensionReceiver, OtExtensionSender } from '../ot/types.js';
import type { Protocol } from '../protocol.js';
import type { RandomSource } from '../random.js';
import {
  type CarryClient,
  type CarryServer,
  carryPadBytes,
  carryScores,
  correctCarryClient,
  correctCarryServer,
} from './carry.js';
import {
  type CompareChunk,
  type CompareState,
  correctCompareClient,
  correctCompareServer,
  finishCompareClient,
  keepCompareRows,
  layoutCompare,
  newCompareState,
} from './compare-offline.js';
import { groupSizes } from './groups.js';
import { receiveBits, sendBits } from './message.js';
import {
  correctMuxClient,
  correctMuxServer,
  gatePadBytes,
  type MuxClient,
  type MuxServer,
  valuePadBytes,
} from './mux.js';
import { type DirectClient, type DirectServer, keepDirectClient, keepDirectServer } from './mux-direct.js';
import { PadLayout, type PadSegment } from './pads.js';
import {
  correctPolynomialClient,
  correctPolynomialServer,
  layoutPolynomial,
  type PolynomialClient,
  type PolynomialLayout,
  type PolynomialServer,
  polynomialPlan,
} from './polynomial.js';
import { SingleUse } from './single-use.js';
import { choiceBits, correctionBits } from './site-cost.js';
import { chunksOf, type MuxMode, type SitePlan } from './site-plan.js';
import {
  correctTruncateClient,
  correctTruncateServer,
  type TruncateClient,
  type TruncatePlan,
  type TruncateServer,
  truncatePadBytes,
} from './truncate.js';

/** The two directions of a party's OT extension. */
export interface OtPair {
  readonly sender: OtExtensionSender;
  readonly receiver: OtExtensionReceiver;
}

/** The client's half of the multiplication, by the plan's mode. */
export type SiteMuxClient = (MuxClient & { readonly mode: 'a' }) | (DirectClient & { readonly mode: 'b' });
/** The server's half. */
export type SiteMuxServer = (MuxServer & { readonly mode: 'a' }) | (DirectServer & { readonly mode: 'b' });

/**
 * The half of the mode that is about to run.
 * @throws RangeError if the correlation was made for the other.
 */
export function expectMode<M extends { readonly mode: MuxMode }, K extends MuxMode>(
  mux: M,
  mode: K,
): Extract<M, { readonly mode: K }> {
  if (mux.mode !== mode) throw new RangeError(`"correlation" expected one of mode ${mode}, got ${mux.mode}`);
  return mux as Extract<M, { readonly mode: K }>;
}

/** What the client keeps of a site's offline phase. */
export interface SiteClientState {
  readonly compare: CompareState;
  readonly truncate: TruncateClient;
  /** Null unless truncation is exact. */
  readonly carry: CarryClient | null;
  readonly mux: SiteMuxClient;
  readonly polynomial: PolynomialClient;
  /** [neurons] mask of the site's output. */
  readonly r: Int32Array;
}

/** What the server keeps of a site's offline phase. */
export interface SiteServerState {
  readonly compare: CompareState;
  readonly truncate: TruncateServer;
  /** Null unless truncation is exact. */
  readonly carry: CarryServer | null;
  readonly mux: SiteMuxServer;
  readonly polynomial: PolynomialServer;
}

/** The client's correlation of one site; single use. */
export type SiteClientCorrelation = SingleUse<SiteClientState>;
/** The server's correlation of one site; single use. */
export type SiteServerCorrelation = SingleUse<SiteServerState>;

/** The random OTs of a chunk, client as sender. */
interface ChunkLayout {
  readonly layout: PadLayout;
  readonly truncate: PadSegment;
  /** The random bits of exact truncation. */
  readonly randomBits: PadSegment;
  readonly mux: PadSegment;
  /** Of the first chunk only. */
  readonly polynomial: PolynomialLayout | null;
  /** Null unless truncation is exact. */
  readonly carry: CompareChunk | null;
  readonly compare: CompareChunk;
}

/** Ring and shift of a site. */
export function truncatePlanOf(plan: SitePlan): TruncatePlan {
  return { ringBits: plan.shape.ringBits, bits: plan.shape.truncationBits, exact: plan.carry !== null };
}

function layoutChunk(plan: SitePlan, chunk: number): ChunkLayout {
  const truncation = truncatePlanOf(plan);
  const layout = new PadLayout();
  const first = chunk === 0;
  const truncate = layout.add(first && truncation.bits > 0 ? plan.shape.neurons : 0, truncatePadBytes(truncation));
  const { carry } = plan;
  const randomBits = layout.add(first && carry ? plan.shape.neurons : 0, carry ? carryPadBytes(carry) : 0);
  const sizes = first && plan.mode === 'a' ? groupSizes(plan.groups) : new Uint32Array(0);
  const mux = layout.addRagged(sizes, valuePadBytes(truncation));
  const polynomial = first ? layoutPolynomial(polynomialPlan(plan), layout) : null;
  const { comparisons, carries } = chunksOf(plan)[chunk]!;
  return {
    layout,
    truncate,
    randomBits,
    mux,
    polynomial,
    carry: carry && layoutCompare(carry, ...carries, layout),
    compare: layoutCompare(plan.compare, ...comparisons, layout),
  };
}

function gatePadLengths(plan: SitePlan): Uint32Array {
  return groupSizes(plan.groups).map((size) => size * gatePadBytes(truncatePlanOf(plan)));
}

function checkLength(name: string, values: Int32Array, length: number): void {
  if (values.length !== length) throw new RangeError(`"${name}" expected [${length}], got [${values.length}]`);
}

const emptyPads = { zero: new Uint8Array(0), one: new Uint8Array(0) };
const emptyChoices = { choices: new Uint8Array(0), chosen: new Uint8Array(0) };

/**
 * Offline phase, client.
 *
 * Cost: `siteCost(plan).offline` plus the OT extensions' own messages.
 * Security: semi-honest; the server learns nothing.
 * @param z - [neurons] the client's shares of the pre-activations.
 * @param scores - [comparisons] its shares of the scores.
 * @param r - [neurons] the mask that it will subtract from its share of the output; uniform and used nowhere else
 *            but in the offline phase of the linear layers that read this output.
 * @throws RangeError if a length does not fit the plan.
 */
export function* siteOfflineClient(
  plan: SitePlan,
  z: Int32Array,
  scores: Int32Array,
  r: Int32Array,
  ot: OtPair,
  random: RandomSource,
): Protocol<SiteClientCorrelation> {
  const { neurons, comparisons } = plan.shape;
  checkLength('z', z, neurons);
  checkLength('scores', scores, comparisons);
  checkLength('r', r, neurons);
  const truncation = truncatePlanOf(plan);
  const compare = newCompareState(plan.compare, comparisons, true);
  const carried = plan.carry ? carryScores(z) : z;
  let own: Omit<SiteClientState, 'compare' | 'r'> | null = null;
  for (const chunk of chunksOf(plan).keys()) {
    const { layout, ...segments } = layoutChunk(plan, chunk);
    const batch = layout.count > 0 ? yield* ot.sender.extend(layout.count) : null;
    if (batch !== null && plan.mode === 'b') keepCompareRows(compare, segments.compare, batch.authenticate());
    const pads = batch === null ? emptyPads : batch.expand(layout.lengths());
    const writer = new BitWriter(correctionBits(plan, chunk));
    if (segments.polynomial !== null) {
      const lengths = gatePadLengths(plan);
      const received = lengths.length > 0 ? yield* ot.receiver.extend(lengths.length) : null;
      const gatePads =
        received === null ? emptyChoices : { choices: received.choices, chosen: received.expand(lengths) };
      const truncate = correctTruncateClient(truncation, z, segments.truncate, pads, writer);
      const carry = plan.carry && correctCarryClient(plan.carry, neurons, segments.randomBits, pads, random, writer);
      const mux: SiteMuxClient =
        plan.mode === 'b'
          ? { mode: 'b', ...keepDirectClient(truncation, plan.groups, gatePads, received?.first ?? 0) }
          : {
              mode: 'a',
              ...correctMuxClient(
                truncation,
                plan.groups,
                truncate,
                carry?.shares ?? null,
                segments.mux,
                pads,
                gatePads,
                writer,
              ),
            };
      const polynomials = polynomialPlan(plan);
      const polynomial = correctPolynomialClient(polynomials, z, truncate, segments.polynomial, pads, writer);
      own = { truncate, carry, mux, polynomial };
    }
    if (segments.carry && own?.carry) {
      correctCompareClient(own.carry.compare, segments.carry, carried, pads, random, writer);
    }
    correctCompareClient(compare, segments.compare, scores, pads, random, writer);
    yield* sendBits(writer);
    const reader = yield* receiveBits(choiceBits(plan, chunk), 'site-offline');
    if (segments.carry && own?.carry) finishCompareClient(own.carry.compare, segments.carry, reader);
    finishCompareClient(compare, segments.compare, reader);
    reader.finish();
  }
  if (own === null) throw new RangeError('"plan" expected at least one chunk, got none');
  return new SingleUse({ compare, ...own, r: r.slice() }, 'site-client');
}

/**
 * Offline phase, server.
 *
 * Cost: `siteCost(plan).offline` plus the OT extensions' own messages.
 * Security: semi-honest; the client learns nothing. The server's masks are its OT choices.
 */
export function* siteOfflineServer(plan: SitePlan, ot: OtPair): Protocol<SiteServerCorrelation> {
  const { neurons, comparisons } = plan.shape;
  const truncation = truncatePlanOf(plan);
  const compare = newCompareState(plan.compare, comparisons, false);
  let own: Omit<SiteServerState, 'compare'> | null = null;
  for (const chunk of chunksOf(plan).keys()) {
    const { layout, ...segments } = layoutChunk(plan, chunk);
    const batch = layout.count > 0 ? yield* ot.receiver.extend(layout.count) : null;
    if (batch !== null && plan.mode === 'b') keepCompareRows(compare, segments.compare, batch.authenticate());
    const pads = batch === null ? emptyChoices : { choices: batch.choices, chosen: batch.expand(layout.lengths()) };
    const lengths = segments.polynomial !== null ? gatePadLengths(plan) : new Uint32Array(0);
    const sent = lengths.length > 0 ? yield* ot.sender.extend(lengths.length) : null;
    const gatePads = sent === null ? emptyPads : sent.expand(lengths);
    const reader = yield* receiveBits(correctionBits(plan, chunk), 'site-offline');
    if (segments.polynomial !== null) {
      const truncate = correctTruncateServer(truncation, neurons, segments.truncate, pads, reader);
      const carry = plan.carry && correctCarryServer(plan.carry, neurons, segments.randomBits, pads, reader);
      const mux: SiteMuxServer =
        plan.mode === 'b'
          ? { mode: 'b', ...keepDirectServer(truncation, plan.groups, gatePads, sent?.first ?? 0) }
          : { mode: 'a', ...correctMuxServer(truncation, plan.groups, segments.mux, pads, gatePads, reader) };
      const polynomial = correctPolynomialServer(polynomialPlan(plan), segments.polynomial, pads, reader);
      own = { truncate, carry, mux, polynomial };
    }
    const writer = new BitWriter(choiceBits(plan, chunk));
    if (segments.carry && own?.carry) {
      correctCompareServer(own.carry.compare, segments.carry, pads, reader, writer);
    }
    correctCompareServer(compare, segments.compare, pads, reader, writer);
    reader.finish();
    yield* sendBits(writer);
  }
  if (own === null) throw new RangeError('"plan" expected at least one chunk, got none');
  return new SingleUse({ compare, ...own }, 'site-server');
}
