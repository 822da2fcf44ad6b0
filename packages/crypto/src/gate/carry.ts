/**
 * Exact truncation: the carry k out of the truncated bits, which truncate.ts loses, as shares modulo 2^l.
 *
 * k = [(z_c mod 2^f) + (z_s mod 2^f) >= 2^f] is a comparison of f bits whose one side the client knows offline, as the
 * carry of compare.ts; with one level the client knows its share k_c after message 1, the server k_s after message 2.
 * A random bit λ = λ_c ⊕ λ_s shared in both ways (a daBit) makes it a number: opened is o = k ⊕ λ, by o_c = k_c ⊕ λ_c
 * in message 2 and o_s = k_s ⊕ λ_s in message 3, and k = o + (1 - 2o)·λ. The server adds o.
 *
 * λ_s is the choice c of a random OT. λ = λ_c + c·(1 - 2·λ_c): the client sends E = 1 - 2·λ_c - (M1 - M0) mod 2^l, so
 * that λ_c - M0 and M_c + c·E are shares.
 *
 * Cost: per neuron online `compareBits(carry)` and one bit each way; offline that, l bits up and one random OT.
 * Security: semi-honest. Openings as in compare.ts; o_c is padded by λ_c, o_s by λ_s = c; E by the pad not chosen.
 * Source: Rathee et al., "CrypTFlow2", eprint 2020/1002, §5 (exact truncation by a comparison of the low bits); Rotaru &
 *         Wood, eprint 2019/207, §3 (daBits).
 * Differs: the client's share is known offline, so the comparison takes the messages that the site sends anyway.
 * @module
 */
import type { BitReader, BitWriter } from '../bit-stream.js';
import { packBits, unpackBits, xorBits } from '../bits.js';
import type { RandomSource } from '../random.js';
import { negateIf, reduce, select } from '../ring.js';
import {
  combineCompareClient,
  combineCompareServer,
  finishCompareOnline,
  type OpenedCompare,
  openCompareServer,
} from './compare.js';
import { type CompareState, newCompareState } from './compare-offline.js';
import { type ComparePlan, MAX_ARITY, planCompare } from './compare-plan.js';
import { type PadSegment, type ReceiverPads, readPad, type SenderPads } from './pads.js';

/** Larger digits cost more offline than the openings that they save. */
const preferredDigitBits = 4;

/**
 * The comparison that yields the carry out of the low `bits` bits.
 * @param bits - f >= 1.
 */
export function planCarry(ringBits: number, bits: number): ComparePlan {
  // compare.ts compares the bits below the topmost of its window; that one cancels, see below.
  const digitBits = Math.max(preferredDigitBits, Math.ceil(bits / MAX_ARITY));
  return planCompare(ringBits, { levels: 1, digitBits, window: { low: 0, high: bits + 1 } });
}

/** The client's half of the carries of `n` values. */
export interface CarryClient {
  readonly compare: CompareState;
  /** Plane of λ_c. */
  readonly masks: Int32Array;
  /** [n] its share of λ modulo 2^l. */
  readonly shares: Int32Array;
}

/** The server's half. */
export interface CarryServer {
  readonly compare: CompareState;
  /** Plane of λ_s. */
  readonly masks: Int32Array;
  /** [n] its share of λ modulo 2^l. */
  readonly shares: Int32Array;
}

/** What either party knows in the end: its share of λ and the opened o, so its share of k is ±λ (and o, the server's). */
export interface OpenedCarry {
  readonly shares: Int32Array;
  readonly opened: Uint8Array;
}

const elementBytes = (plan: ComparePlan): number => Math.ceil(plan.ringBits / 8);

/** Bytes of the pad of one daBit. */
export function carryPadBytes(plan: ComparePlan): number {
  return elementBytes(plan);
}

/** What the comparison is given so that it compares the bits of z, from which it takes one. */
export function carryScores(z: Int32Array): Int32Array {
  return z.map((value) => value + 1);
}

/** Offline, client: draws λ_c and writes l bits a value. The comparison is dealt apart. */
export function correctCarryClient(
  plan: ComparePlan,
  count: number,
  segment: PadSegment,
  pads: SenderPads,
  random: RandomSource,
  writer: BitWriter,
): CarryClient {
  const width = elementBytes(plan);
  const masks = packBits(random.bytes(count).map((byte) => byte & 1));
  const shares = new Int32Array(count);
  unpackBits(masks, count).forEach((mask, i) => {
    const m0 = readPad(pads.zero, segment.offset + i * width, width);
    const m1 = readPad(pads.one, segment.offset + i * width, width);
    writer.write(negateIf(mask, 1) - (m1 - m0), plan.ringBits);
    shares[i] = mask - m0;
  });
  return { compare: newCompareState(plan, count, true), masks, shares };
}

/** Offline, server. */
export function correctCarryServer(
  plan: ComparePlan,
  count: number,
  segment: PadSegment,
  pads: ReceiverPads,
  reader: BitReader,
): CarryServer {
  const width = elementBytes(plan);
  const choices = pads.choices.slice(segment.instance, segment.instance + count);
  const shares = Int32Array.from(
    choices,
    (choice, i) => readPad(pads.chosen, segment.offset + i * width, width) + select(choice, reader.read(plan.ringBits)),
  );
  return { compare: newCompareState(plan, count, false), masks: packBits(choices), shares };
}

/** Message 1, server. */
export function openCarryServer(state: CarryServer, z: Int32Array, writer: BitWriter): OpenedCompare {
  return openCompareServer(state.compare, z, writer);
}

// A comparison yields d = 1 ⊕ (bits f of both shares) ⊕ carry: each party takes its own bit f out again, the client the 1.

/**
 * Messages 1 and 2, client: reads the openings, writes its own and o_c.
 * @returns o_c as a plane.
 */
export function answerCarryClient({ compare, masks }: CarryClient, reader: BitReader, writer: BitWriter): Int32Array {
  const combined = combineCompareClient(compare, reader, writer);
  // One level has no openings in message 3, so nothing is read here.
  const decision = finishCompareOnline(compare, combined, reader);
  const half = xorBits(xorBits(decision, compare.signs), masks).map((word) => ~word);
  writer.writePlane(half, compare.count);
  return half;
}

/** Message 3, client: reads o_s. */
export function finishCarryClient({ compare, shares }: CarryClient, half: Int32Array, reader: BitReader): OpenedCarry {
  return { shares, opened: unpackBits(xorBits(half, reader.readPlane(compare.count)), compare.count) };
}

/** Messages 2 and 3, server: reads the client's openings and o_c, writes o_s. */
export function finishCarryServer(
  { compare, masks, shares }: CarryServer,
  opened: OpenedCompare,
  reader: BitReader,
  writer: BitWriter,
): OpenedCarry {
  const decision = combineCompareServer(compare, opened, reader, writer);
  const half = xorBits(xorBits(decision, opened.signs), masks);
  writer.writePlane(half, compare.count);
  return { shares, opened: unpackBits(xorBits(half, reader.readPlane(compare.count)), compare.count) };
}

/** The client's exact values: its shares without the carry, and its share of k. */
export function addCarryClient(x: Int32Array, { shares, opened }: OpenedCarry, ringBits: number): Int32Array {
  return x.map((value, i) => reduce(value + negateIf(opened[i]!, shares[i]!), ringBits));
}

/** The server's exact values, likewise; it adds o. */
export function addCarryServer(x: Int32Array, { shares, opened }: OpenedCarry, ringBits: number): Int32Array {
  return x.map((value, i) => reduce(value + opened[i]! + negateIf(opened[i]!, shares[i]!), ringBits));
}
