/**
 * Truncation by f bits with one online bit: shares of x' = floor(z / 2^f) + [(z_c mod 2^f) <= (z mod 2^f)].
 *
 * The shifts alone lose the carry out of the low bits, which is one too little on average over z_c; the client adds it
 * back: the mean of x' over uniform z_c is (z + 1) / 2^f.
 *
 * With z' = z + 2^(l-2) and |z| < 2^(l-2), msb(z') = 0, so the shares of z' wrap exactly if one of their top bits is
 * set: wrap = m_c + m_s·(1 - m_c). The client knows m_c offline, so κ = 1 - m_c enters a correction of f bits
 * (only wrap modulo 2^f matters), and the server opens m_s under its OT choice c: d = m_s ⊕ c.
 *
 *     x'_s = (z'_s >> f) - 2^(l-f) · w_s,                w_s = (1 - 2d)(M0 + c·κ) mod 2^f
 *     x'_c = (z'_c >> f) - 2^(l-f) · w_c - 2^(l-2-f) + 1,    w_c = m_c + d·κ - (1 - 2d)·M0 mod 2^f
 *
 * so that x'_c takes one of two values known offline: x'_c(d) = x'_c(0) - 2^(l-f)·d·Δ with Δ = κ + 2·M0.
 *
 * Cost: online 1 bit server to client; offline f bits client to server, 1 random OT (client sends).
 * Security: semi-honest. d is padded by c, the correction by the pad the server did not choose.
 * Source: Huang et al., "Cheetah", USENIX Security 2022, §4.3 (1-LSB error, known sign); private-inference.md §2.6, §2.10.
 * @module
 */
import type { BitReader, BitWriter } from '../bit-stream.js';
import { negateIf, reduce, reduceUnsigned, select, signBit } from '../ring.js';
import { type PadSegment, type ReceiverPads, readPad, type SenderPads } from './pads.js';

/** Ring and shift of a truncation. */
export interface TruncatePlan {
  readonly ringBits: number;
  /** f in 0..l-2; 0 keeps the values and costs nothing. */
  readonly bits: number;
  /** Whether the carry that the shifts lose will be added, see carry.ts, so that the one is not; default false. */
  readonly exact?: boolean;
}

/** Bytes of one truncation's pad. */
export function truncatePadBytes(plan: TruncatePlan): number {
  return Math.ceil(plan.bits / 8);
}

/** The client's two candidates: x'(d) = x0 - 2^(l-f) · d · delta. */
export interface TruncateClient {
  readonly x0: Int32Array;
  /** [n] modulo 2^f; all zero if f = 0. */
  readonly delta: Int32Array;
}

/** What the server keeps: its choices c, and T - M0 side of the products. */
export interface TruncateServer {
  readonly choices: Uint8Array;
  /** [n] M0 + c·κ modulo 2^f. */
  readonly products: Int32Array;
}

/**
 * Offline, client: writes f bits a value.
 * @param z - [n] the client's shares.
 */
export function correctTruncateClient(
  plan: TruncatePlan,
  z: Int32Array,
  segment: PadSegment,
  pads: SenderPads,
  writer: BitWriter,
): TruncateClient {
  const { ringBits: l, bits: f } = plan;
  const delta = new Int32Array(z.length);
  if (f === 0) return { x0: z.map((value) => reduce(value, l)), delta };
  const x0 = new Int32Array(z.length);
  const width = truncatePadBytes(plan);
  for (let i = 0; i < z.length; i++) {
    const biased = z[i]! + 2 ** (l - 2);
    const sign = signBit(biased, l);
    const offset = segment.offset + i * width;
    const m0 = readPad(pads.zero, offset, width);
    writer.write(1 - sign - (readPad(pads.one, offset, width) - m0), f);
    const wrap = reduceUnsigned(sign - m0, f);
    const share = (reduceUnsigned(biased, l) >>> f) - (wrap << (l - f)) - 2 ** (l - 2 - f);
    x0[i] = reduce(plan.exact ? share : share + 1, l);
    delta[i] = reduceUnsigned(1 - sign + 2 * m0, f);
  }
  return { x0, delta };
}

/** Offline, server. */
export function correctTruncateServer(
  plan: TruncatePlan,
  count: number,
  segment: PadSegment,
  pads: ReceiverPads,
  reader: BitReader,
): TruncateServer {
  const { bits: f } = plan;
  if (f === 0) return { choices: new Uint8Array(count), products: new Int32Array(count) };
  const width = truncatePadBytes(plan);
  const choices = pads.choices.slice(segment.instance, segment.instance + count);
  const products = new Int32Array(count);
  for (let i = 0; i < count; i++) {
    const correction = select(choices[i]!, reader.read(f));
    products[i] = reduceUnsigned(readPad(pads.chosen, segment.offset + i * width, width) + correction, f);
  }
  return { choices, products };
}

/** Truncated shares of the server and the bits d that it opened. */
export interface TruncatedServer {
  readonly x: Int32Array;
  readonly opened: Uint8Array;
}

/**
 * Online, server: writes one bit a value (none if f = 0).
 * @param z - [n] the server's shares.
 */
export function openTruncateServer(
  plan: TruncatePlan,
  state: TruncateServer,
  z: Int32Array,
  writer: BitWriter,
): TruncatedServer {
  const opened = openSigns(plan, state.choices, z, writer);
  return { x: finishTruncateServer(plan, state.products, z, opened), opened };
}

/** Online, server: opens the sign bits of its shares; writes one bit a value (none if f = 0). */
export function openSigns(plan: TruncatePlan, choices: Uint8Array, z: Int32Array, writer: BitWriter): Uint8Array {
  const opened = new Uint8Array(z.length);
  if (plan.bits === 0) return opened;
  for (let i = 0; i < z.length; i++) {
    const d = signBit(z[i]!, plan.ringBits) ^ choices[i]!;
    opened[i] = d;
    writer.write(d, 1);
  }
  return opened;
}

/** The server's truncated shares: from its shares z, the opened bits and its products M0 + c·κ. */
export function finishTruncateServer(
  plan: TruncatePlan,
  products: Int32Array,
  z: Int32Array,
  opened: Uint8Array,
): Int32Array {
  const { ringBits: l, bits: f } = plan;
  if (f === 0) return z.map((value) => reduce(value, l));
  return z.map((value, i) => {
    const wrap = reduceUnsigned(negateIf(opened[i]!, products[i]!), f);
    return reduce((reduceUnsigned(value, l) >>> f) - (wrap << (l - f)), l);
  });
}

/** Online, client: the bits d that the server opened. */
export function readTruncateClient(plan: TruncatePlan, count: number, reader: BitReader): Uint8Array {
  const opened = new Uint8Array(count);
  if (plan.bits > 0) for (let i = 0; i < count; i++) opened[i] = reader.read(1);
  return opened;
}

/** 2^(l-f) · d · value modulo 2^32, the part of a share that depends on the opened bit. */
export function openedPart(plan: TruncatePlan, d: number, value: number): number {
  // f = 0 has no such part; a shift by 32 would keep the value, but `value` is then zero.
  return select(d, value << (plan.ringBits - plan.bits));
}
