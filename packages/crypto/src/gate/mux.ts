/**
 * Shared multiplexing: shares of d·x for all neurons of a group at once, where d = b_c ⊕ b_s is the group's gate.
 *
 * d·x = (b_c + b_s - 2 b_c b_s)(x_c + x_s). With P = b_s·x_c and Q = x_s(1 - 2b_s) - 2P_s,
 *
 *     client: b_c(x_c - 2P_c) + P_c + G_c,      server: b_s·x_s + P_s + G_s,      G = b_c·Q.
 *
 * P and G are products of one bit and one vector: one random OT each a group, with pads as long as the group. x_c is
 * known offline up to the opened truncation bit, x_c = x0 - 2^(l-f)·d_t·Δ, so P's corrections travel offline: one of
 * l bits for b_s·x0 and one of f bits for b_s·Δ, under independent pads. (Two corrections under one pad would reveal Δ.)
 * In exact truncation x_c also holds ±λ_c, the client's share of a random number whose sign is opened (carry.ts); b_s·λ_c
 * takes a third correction of l bits, under a pad of its own.
 *
 * Cost: per neuron offline l + f bits up (2l + f if exact), online l bits down; per group online 1 bit each way and 1 random OT each way.
 * Security: semi-honest. Corrections and e are padded by the pad that the receiver did not choose, the choice bits
 *           d_s = b_s ⊕ c and d_c = b_c ⊕ α by the random choices c and α.
 * Source: private-inference.md §2.11 mode A; products by OT: Gilboa, CRYPTO 1999.
 * @module
 */
import type { BitReader, BitWriter } from '../bit-stream.js';
import { negateIf, reduce, select } from '../ring.js';
import type { OpenedCarry } from './carry.js';
import type { Groups } from './groups.js';
import { type PadSegment, type ReceiverPads, readPad, type SenderPads } from './pads.js';
import {
  openedPart,
  type TruncateClient,
  type TruncatedServer,
  type TruncatePlan,
  truncatePadBytes,
} from './truncate.js';

/** Bytes of an element of Z_2^l in a pad. */
export function elementBytes(plan: TruncatePlan): number {
  return Math.ceil(plan.ringBits / 8);
}

/** Pad bytes of one neuron in the OT of P (the client sends): l bits and f bits, and l bits if exact. */
export function valuePadBytes(plan: TruncatePlan): number {
  return elementBytes(plan) + truncatePadBytes(plan) + (plan.exact ? elementBytes(plan) : 0);
}

/** Pad bytes of one neuron in the OT of G (the server sends): l bits. */
export function gatePadBytes(plan: TruncatePlan): number {
  return elementBytes(plan);
}

/** The client's half; arrays over gated neurons in group order unless said otherwise. */
export interface MuxClient {
  readonly valuePads: Int32Array;
  readonly deltaPads: Int32Array;
  /** Empty unless exact. */
  readonly carryPads: Int32Array;
  /** [groups] α. */
  readonly choices: Uint8Array;
  readonly chosen: Int32Array;
}

/** The server's half; arrays over gated neurons in group order unless said otherwise. */
export interface MuxServer {
  /** [groups] c. */
  readonly choices: Uint8Array;
  /** h0 + c·x0. */
  readonly values: Int32Array;
  /** k0 + c·Δ. */
  readonly deltas: Int32Array;
  /** j0 + c·λ_c; empty unless exact. */
  readonly carries: Int32Array;
  /** p0 of the OT that the server sends. */
  readonly pads: Int32Array;
  /** p1 - p0. */
  readonly differences: Int32Array;
}

/**
 * Offline, client: writes l + f bits a gated neuron, 2l + f if exact.
 * @param carries - [neurons] its shares λ_c; null unless exact.
 */
export function correctMuxClient(
  plan: TruncatePlan,
  groups: Groups,
  x: TruncateClient,
  carries: Int32Array | null,
  segment: PadSegment,
  pads: SenderPads,
  received: ReceiverPads,
  writer: BitWriter,
): MuxClient {
  const { ringBits: l, bits: f } = plan;
  const count = groups.neurons.length;
  const valuePads = new Int32Array(count);
  const deltaPads = new Int32Array(count);
  const carryPads = new Int32Array(carries === null ? 0 : count);
  const chosen = new Int32Array(count);
  const wide = elementBytes(plan);
  const narrow = truncatePadBytes(plan);
  const stride = valuePadBytes(plan);
  for (let k = 0; k < count; k++) {
    const neuron = groups.neurons[k]!;
    const offset = segment.offset + k * stride;
    const h0 = readPad(pads.zero, offset, wide);
    const k0 = readPad(pads.zero, offset + wide, narrow);
    writer.write(x.x0[neuron]! - (readPad(pads.one, offset, wide) - h0), l);
    writer.write(x.delta[neuron]! - (readPad(pads.one, offset + wide, narrow) - k0), f);
    valuePads[k] = h0;
    deltaPads[k] = k0;
    if (carries !== null) {
      const j0 = readPad(pads.zero, offset + wide + narrow, wide);
      writer.write(carries[neuron]! - (readPad(pads.one, offset + wide + narrow, wide) - j0), l);
      carryPads[k] = j0;
    }
    chosen[k] = readPad(received.chosen, k * wide, wide);
  }
  return { valuePads, deltaPads, carryPads, choices: received.choices.slice(), chosen };
}

/** Offline, server. */
export function correctMuxServer(
  plan: TruncatePlan,
  groups: Groups,
  segment: PadSegment,
  pads: ReceiverPads,
  sent: SenderPads,
  reader: BitReader,
): MuxServer {
  const { ringBits: l, bits: f } = plan;
  const count = groups.neurons.length;
  const state: MuxServer = {
    choices: pads.choices.slice(segment.instance, segment.instance + segment.count),
    values: new Int32Array(count),
    deltas: new Int32Array(count),
    carries: new Int32Array(plan.exact ? count : 0),
    pads: new Int32Array(count),
    differences: new Int32Array(count),
  };
  const wide = elementBytes(plan);
  const narrow = truncatePadBytes(plan);
  const stride = valuePadBytes(plan);
  for (let g = 0; g < groups.gates.length; g++) {
    const choice = state.choices[g]!;
    for (let k = groups.start[g]!; k < groups.start[g + 1]!; k++) {
      const offset = segment.offset + k * stride;
      state.values[k] = readPad(pads.chosen, offset, wide) + select(choice, reader.read(l));
      state.deltas[k] = readPad(pads.chosen, offset + wide, narrow) + select(choice, reader.read(f));
      if (plan.exact) {
        state.carries[k] = readPad(pads.chosen, offset + wide + narrow, wide) + select(choice, reader.read(l));
      }
      state.pads[k] = readPad(sent.zero, k * wide, wide);
      state.differences[k] = readPad(sent.one, k * wide, wide) - state.pads[k]!;
    }
  }
  return state;
}

/** What the server remembers until the client's choice bits come: shares of P, and Q. */
export interface OpenedMux {
  readonly products: Int32Array;
  readonly factors: Int32Array;
}

/**
 * Online, server: writes d_s per group and e = Q - (p1 - p0) per gated neuron.
 * @param gates - [gateCount] the server's gate shares.
 * @param carry - null unless exact.
 */
export function openMuxServer(
  plan: TruncatePlan,
  groups: Groups,
  state: MuxServer,
  gates: Uint8Array,
  x: TruncatedServer,
  carry: OpenedCarry | null,
  writer: BitWriter,
): OpenedMux {
  const products = new Int32Array(groups.neurons.length);
  const factors = new Int32Array(groups.neurons.length);
  for (let g = 0; g < groups.gates.length; g++) {
    writer.write(gates[groups.gates[g]!]! ^ state.choices[g]!, 1);
  }
  for (let g = 0; g < groups.gates.length; g++) {
    const bit = gates[groups.gates[g]!]!;
    const opened = bit ^ state.choices[g]!;
    for (let k = groups.start[g]!; k < groups.start[g + 1]!; k++) {
      const neuron = groups.neurons[k]!;
      const late = openedPart(plan, x.opened[neuron]!, negateIf(opened, state.deltas[k]!));
      const sign = carry === null ? 0 : negateIf(carry.opened[neuron]!, negateIf(opened, state.carries[k]!));
      const product = negateIf(opened, state.values[k]!) - late + sign;
      products[k] = product;
      factors[k] = negateIf(bit, x.x[neuron]!) - 2 * product;
      writer.write(factors[k]! - state.differences[k]!, plan.ringBits);
    }
  }
  return { products, factors };
}

/**
 * Online, client: reads d_s and e, writes d_c per group.
 * @param truncation - [neurons] the opened truncation bits.
 * @param carry - null unless exact.
 * @returns [gated neurons] its shares of d·x, in group order.
 */
export function multiplyMuxClient(
  plan: TruncatePlan,
  groups: Groups,
  state: MuxClient,
  gates: Uint8Array,
  x: TruncateClient,
  truncation: Uint8Array,
  carry: OpenedCarry | null,
  reader: BitReader,
  writer: BitWriter,
): Int32Array {
  const out = new Int32Array(groups.neurons.length);
  const theirs = new Uint8Array(groups.gates.length);
  for (let g = 0; g < theirs.length; g++) theirs[g] = reader.read(1);
  for (let g = 0; g < theirs.length; g++) {
    const bit = gates[groups.gates[g]!]!;
    const choice = state.choices[g]!;
    const opened = theirs[g]!;
    writer.write(bit ^ choice, 1);
    for (let k = groups.start[g]!; k < groups.start[g + 1]!; k++) {
      const neuron = groups.neurons[k]!;
      const d = truncation[neuron]!;
      const delta = x.delta[neuron]!;
      const late = openedPart(plan, d, select(opened, delta) - negateIf(opened, state.deltaPads[k]!));
      let product = select(opened, x.x0[neuron]!) - negateIf(opened, state.valuePads[k]!) - late;
      let value = x.x0[neuron]! - openedPart(plan, d, delta);
      if (carry !== null) {
        const share = carry.shares[neuron]!;
        const sign = carry.opened[neuron]!;
        product += negateIf(sign, select(opened, share) - negateIf(opened, state.carryPads[k]!));
        value += negateIf(sign, share);
      }
      const received = state.chosen[k]! + select(choice, reader.read(plan.ringBits));
      const gated = negateIf(bit ^ choice, received);
      out[k] = reduce(select(bit, value - 2 * product) + product + gated, plan.ringBits);
    }
  }
  return out;
}

/**
 * Online, server: reads d_c.
 * @returns [gated neurons] its shares of d·x, in group order.
 */
export function multiplyMuxServer(
  plan: TruncatePlan,
  groups: Groups,
  state: MuxServer,
  opened: OpenedMux,
  gates: Uint8Array,
  x: TruncatedServer,
  reader: BitReader,
): Int32Array {
  const out = new Int32Array(groups.neurons.length);
  for (let g = 0; g < groups.gates.length; g++) {
    const bit = gates[groups.gates[g]!]!;
    const theirs = reader.read(1);
    for (let k = groups.start[g]!; k < groups.start[g + 1]!; k++) {
      const gated = select(theirs, opened.factors[k]!) - negateIf(theirs, state.pads[k]!);
      out[k] = reduce(select(bit, x.x[groups.neurons[k]!]!) + opened.products[k]! + gated, plan.ringBits);
    }
  }
  return out;
}
