/**
 * Neurons with a public quadratic: shares of y = trunc(c2·X² + c1·x' + c0), X = z truncated by s bits more than x'.
 *
 * The client knows its share X_c offline (up to the opened truncation bit), so only the cross term of
 * X² = X_s² + 2·X_c·X_s + X_c² needs a correlation: the server's mask m and shares of X_c·m. Online the server
 * opens o = X_s - m; then X_c·X_s = X_c·o + X_c·m. The bits of m are the server's choices in random OTs, and the client
 * corrects, bit by bit, for its x0 and for the Δ of its two candidates (under pads of their own).
 *
 * The last truncation has a share of the client's that depends on o, so its correction travels online, together with the
 * masked result: the server opens its sign bit with o, and one round trip is all.
 *
 * Cost: online per neuron l - 1 bits, [s > 0] and [q > 0] down, q up (the masked result apart); offline
 *       (l - 1)·l / 2 + (g - 1)·g / 2 bits up with g = f + s, [s > 0]·g more, and l - 1 random OTs, one more for each truncation.
 * Security: semi-honest. o is padded by m, the sign bit by the OT's choice, corrections by the pads not chosen.
 * Source: products by OT: Gilboa, CRYPTO 1999; the client's share known offline: Mishra et al., "Delphi", eprint
 *         2020/050, §4.
 * Differs: one opening instead of the two of Beaver's square, as the client's share of X is the mask; the correction of
 *          the last truncation is late.
 * @module
 */
import type { BitReader, BitWriter } from '../bit-stream.js';
import { reduce, select } from '../ring.js';
import { type PadLayout, type PadSegment, type ReceiverPads, readPad, type SenderPads } from './pads.js';
import type { SitePlan } from './site-plan.js';
import {
  correctTruncateClient,
  correctTruncateServer,
  finishTruncateServer,
  openedPart,
  openSigns,
  openTruncateServer,
  readTruncateClient,
  type TruncateClient,
  type TruncatedServer,
  type TruncatePlan,
  type TruncateServer,
  truncatePadBytes,
} from './truncate.js';

/** The neurons of a site with a quadratic; all of its neurons without gate. */
export interface PolynomialPlan {
  /** [count] neurons, ascending. */
  readonly neurons: Int32Array;
  /** Truncation of X: by f + s bits. */
  readonly square: TruncatePlan;
  /** Whether X is another value than x', that is s > 0. */
  readonly apart: boolean;
  /** Truncation of the result: by q bits. */
  readonly outer: TruncatePlan;
}

const polynomialPlans = new WeakMap<SitePlan, PolynomialPlan>();

/** The tables of a site's polynomial neurons; of none if it has none. */
export function polynomialPlan(plan: SitePlan): PolynomialPlan {
  let polynomials = polynomialPlans.get(plan);
  if (polynomials === undefined) {
    polynomials = newPolynomialPlan(plan);
    polynomialPlans.set(plan, polynomials);
  }
  return polynomials;
}

function newPolynomialPlan(plan: SitePlan): PolynomialPlan {
  const { ringBits, truncationBits, polynomial, gateOf } = plan.shape;
  const neurons = polynomial === null ? [] : Array.from(gateOf.keys()).filter((i) => gateOf[i]! < 0);
  const squareBits = polynomial?.squareBits ?? 0;
  return {
    neurons: Int32Array.from(neurons),
    square: { ringBits, bits: truncationBits + squareBits },
    apart: squareBits > 0,
    outer: { ringBits, bits: polynomial?.outerBits ?? 0 },
  };
}

/** Bits of m: X_c·X_s counts twice, so it matters modulo 2^(l-1) only; its part with Δ modulo 2^(g-1). */
function maskBits({ square }: PolynomialPlan): { readonly wide: number; readonly narrow: number } {
  return { wide: square.ringBits - 1, narrow: Math.max(0, square.bits - 1) };
}

/** Random OTs of one neuron, client as sender. */
export function polynomialRots(plan: PolynomialPlan): number {
  return maskBits(plan).wide + (plan.apart ? 1 : 0) + (plan.outer.bits > 0 ? 1 : 0);
}

/** Bits of one neuron's corrections. */
export function polynomialCorrectionBits(plan: PolynomialPlan): number {
  const { wide, narrow } = maskBits(plan);
  return (wide * (wide + 1)) / 2 + (narrow * (narrow + 1)) / 2 + (plan.apart ? plan.square.bits : 0);
}

/** Bits of one neuron in the messages m1 (down) and m4 (up), the masked result apart. */
export function polynomialOnlineBits(plan: PolynomialPlan): { readonly down: number; readonly up: number } {
  const { bits } = plan.outer;
  return { down: maskBits(plan).wide + (plan.apart ? 1 : 0) + (bits > 0 ? 1 : 0), up: bits };
}

/** Where the pads lie. */
export interface PolynomialLayout {
  readonly square: PadSegment;
  /** One segment for each bit of m. */
  readonly products: readonly PadSegment[];
  readonly outer: PadSegment;
}

const bytesOf = (bits: number): number => Math.ceil(Math.max(0, bits) / 8);

/** Adds the random OTs of a site's polynomial neurons to a batch. */
export function layoutPolynomial(plan: PolynomialPlan, layout: PadLayout): PolynomialLayout {
  const count = plan.neurons.length;
  const { wide, narrow } = maskBits(plan);
  const square = layout.add(plan.apart ? count : 0, truncatePadBytes(plan.square));
  const products: PadSegment[] = [];
  for (let i = 0; i < wide && count > 0; i++) products.push(layout.add(count, bytesOf(wide - i) + bytesOf(narrow - i)));
  return { square, products, outer: layout.add(plan.outer.bits > 0 ? count : 0, truncatePadBytes(plan.outer)) };
}

/** The client's half. */
export interface PolynomialClient {
  readonly square: TruncateClient;
  /** [count] its share of x0·m modulo 2^(l-1). */
  readonly products: Int32Array;
  /** [count] its share of Δ·m modulo 2^(g-1). */
  readonly deltaProducts: Int32Array;
  /** Pads of the last truncation, of ceil(q / 8) bytes each. */
  readonly outer: SenderPads;
}

/** The server's half. */
export interface PolynomialServer {
  readonly square: TruncateServer;
  readonly products: Int32Array;
  readonly deltaProducts: Int32Array;
  /** [count] m, l - 1 bits each. */
  readonly masks: Int32Array;
  readonly outer: ReceiverPads;
}

const pick = (values: Int32Array, neurons: Int32Array): Int32Array => neurons.map((neuron) => values[neuron]!);

function outerBytes(plan: PolynomialPlan, segment: PadSegment, bytes: Uint8Array): Uint8Array {
  return bytes.slice(segment.offset, segment.offset + segment.count * truncatePadBytes(plan.outer));
}

/**
 * Offline, client: writes the corrections.
 * @param z - [neurons of the site] its shares of the pre-activations.
 * @param x - its truncated candidates of all neurons.
 */
export function correctPolynomialClient(
  plan: PolynomialPlan,
  z: Int32Array,
  x: TruncateClient,
  segments: PolynomialLayout,
  pads: SenderPads,
  writer: BitWriter,
): PolynomialClient {
  const { neurons } = plan;
  const square = plan.apart
    ? correctTruncateClient(plan.square, pick(z, neurons), segments.square, pads, writer)
    : { x0: pick(x.x0, neurons), delta: pick(x.delta, neurons) };
  const products = new Int32Array(neurons.length);
  const deltaProducts = new Int32Array(neurons.length);
  const { wide, narrow } = maskBits(plan);
  for (const [i, { offset }] of segments.products.entries()) {
    const [first, second] = [bytesOf(wide - i), bytesOf(narrow - i)];
    for (let k = 0; k < neurons.length; k++) {
      const at = offset + k * (first + second);
      const m0 = readPad(pads.zero, at, first);
      writer.write(square.x0[k]! - (readPad(pads.one, at, first) - m0), wide - i);
      products[k] = products[k]! - (m0 << i);
      if (i >= narrow) continue;
      const k0 = readPad(pads.zero, at + first, second);
      writer.write(square.delta[k]! - (readPad(pads.one, at + first, second) - k0), narrow - i);
      deltaProducts[k] = deltaProducts[k]! - (k0 << i);
    }
  }
  const outer = {
    zero: outerBytes(plan, segments.outer, pads.zero),
    one: outerBytes(plan, segments.outer, pads.one),
  };
  return { square, products, deltaProducts, outer };
}

/** Offline, server. */
export function correctPolynomialServer(
  plan: PolynomialPlan,
  segments: PolynomialLayout,
  pads: ReceiverPads,
  reader: BitReader,
): PolynomialServer {
  const count = plan.neurons.length;
  const square = plan.apart
    ? correctTruncateServer(plan.square, count, segments.square, pads, reader)
    : { choices: new Uint8Array(0), products: new Int32Array(0) };
  const [products, deltaProducts, masks] = [new Int32Array(count), new Int32Array(count), new Int32Array(count)];
  const { wide, narrow } = maskBits(plan);
  for (const [i, { offset, instance }] of segments.products.entries()) {
    const [first, second] = [bytesOf(wide - i), bytesOf(narrow - i)];
    for (let k = 0; k < count; k++) {
      const at = offset + k * (first + second);
      const choice = pads.choices[instance + k]!;
      masks[k] = masks[k]! | (choice << i);
      const product = readPad(pads.chosen, at, first) + select(choice, reader.read(wide - i));
      products[k] = products[k]! + (product << i);
      if (i >= narrow) continue;
      const late = readPad(pads.chosen, at + first, second) + select(choice, reader.read(narrow - i));
      deltaProducts[k] = deltaProducts[k]! + (late << i);
    }
  }
  const { instance, count: truncated } = segments.outer;
  const outer = {
    choices: pads.choices.slice(instance, instance + truncated),
    chosen: outerBytes(plan, segments.outer, pads.chosen),
  };
  return { square, products, deltaProducts, masks, outer };
}

/** What the server remembers until the client's corrections come. */
export interface OpenedPolynomial {
  /** [count] its shares of c2·X² + c1·x' + c0. */
  readonly values: Int32Array;
  /** [count] opened sign bits. */
  readonly opened: Uint8Array;
}

/** Online, server: writes the truncation bits of X if it is apart, o, and the sign bits. */
export function openPolynomialServer(
  plan: PolynomialPlan,
  site: SitePlan,
  state: PolynomialServer,
  z: Int32Array,
  x: TruncatedServer,
  writer: BitWriter,
): OpenedPolynomial {
  const { neurons } = plan;
  const square = plan.apart
    ? openTruncateServer(plan.square, state.square, pick(z, neurons), writer)
    : { x: pick(x.x, neurons), opened: Uint8Array.from(neurons, (neuron) => x.opened[neuron]!) };
  const { wide } = maskBits(plan);
  const values = neurons.map((neuron, k) => {
    const share = square.x[k]!;
    writer.write(share - state.masks[k]!, wide);
    const product = state.products[k]! - openedPart(plan.square, square.opened[k]!, state.deltaProducts[k]!);
    const { c2, c1, c0 } = coefficients(site, neuron);
    return Math.imul(c2, Math.imul(share, share) + 2 * product) + Math.imul(c1, x.x[neuron]!) + c0;
  });
  return { values, opened: openSigns(plan.outer, state.outer.choices, values, writer) };
}

/** What the client knows after m1. */
export interface ValuedPolynomial {
  /** [count] its shares of c2·X² + c1·x' + c0, reduced. */
  readonly values: Int32Array;
  readonly opened: Uint8Array;
}

/**
 * Online, client: reads what the server opened.
 * @param truncated - [neurons of the site] its shares of x'.
 * @param opened - [neurons of the site] the opened truncation bits of x'.
 */
export function readPolynomialClient(
  plan: PolynomialPlan,
  site: SitePlan,
  state: PolynomialClient,
  truncated: Int32Array,
  opened: Uint8Array,
  reader: BitReader,
): ValuedPolynomial {
  const { neurons, square } = plan;
  const count = neurons.length;
  const bits = plan.apart
    ? readTruncateClient(square, count, reader)
    : Uint8Array.from(neurons, (neuron) => opened[neuron]!);
  const { wide } = maskBits(plan);
  const values = neurons.map((neuron, k) => {
    const share = state.square.x0[k]! - openedPart(square, bits[k]!, state.square.delta[k]!);
    const product = state.products[k]! - openedPart(square, bits[k]!, state.deltaProducts[k]!);
    const cross = Math.imul(share, reader.read(wide)) + product;
    const { c2, c1 } = coefficients(site, neuron);
    const value = Math.imul(c2, Math.imul(share, share) + 2 * cross) + Math.imul(c1, truncated[neuron]!);
    return reduce(value, square.ringBits);
  });
  return { values, opened: readTruncateClient(plan.outer, count, reader) };
}

/**
 * Online, client: writes the corrections of the last truncation.
 * @returns [count] its shares of y.
 */
export function truncatePolynomialClient(
  plan: PolynomialPlan,
  state: PolynomialClient,
  { values, opened }: ValuedPolynomial,
  writer: BitWriter,
): Int32Array {
  const segment = { instance: 0, count: values.length, offset: 0 };
  const { x0, delta } = correctTruncateClient(plan.outer, values, segment, state.outer, writer);
  return x0.map((value, k) => value - openedPart(plan.outer, opened[k]!, delta[k]!));
}

/**
 * Online, server: reads the corrections.
 * @returns [count] its shares of y.
 */
export function truncatePolynomialServer(
  plan: PolynomialPlan,
  state: PolynomialServer,
  { values, opened }: OpenedPolynomial,
  reader: BitReader,
): Int32Array {
  const segment = { instance: 0, count: values.length, offset: 0 };
  const { products } = correctTruncateServer(plan.outer, values.length, segment, state.outer, reader);
  return finishTruncateServer(plan.outer, products, values, opened);
}

function coefficients({ shape }: SitePlan, neuron: number) {
  const channel = Math.floor(neuron / shape.neuronsPerChannel);
  const { c2, c1, c0 } = shape.polynomial!;
  return { c2: c2[channel]!, c1: c1[channel]!, c0: c0[channel]! };
}
