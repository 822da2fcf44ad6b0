/**
 * The leaf of a comparison: shares of [b > a] and [b = a] for one m-bit digit, where the client knows a offline and
 * the server learns b online.
 *
 * Offline the server holds m random OT choices β = (β_0 … β_{m-1}); the client sends its table, rotated by every j and
 * masked by the XOR of the m pads that belong to j: E_j = pad_j ⊕ f_a(· ⊕ j) ⊕ R. The server can open E_β alone and
 * so holds T = f_a(· ⊕ β) ⊕ R, the client R. Online the server sends δ = b ⊕ β (m bits); R[δ] and T[δ] share
 * f_a(δ ⊕ β) = f_a(b). E_0 is chosen to be zero (R = pad_0 ⊕ f_a), so that 2^m - 1 tables travel.
 *
 * Security: semi-honest. δ is padded by β, which the client does not know; the tables are padded by pads of which the
 *           server lacks at least one key for every j ≠ β; T is padded by R.
 * Source: Ishai et al., "On the power of correlated randomness", TCC 2013, §3 (one-time truth tables), with the table
 *         known to one party; 1-of-2^m OT from m OTs: Naor & Pinkas, STOC 1999.
 * Differs: private-inference.md §2.9 spends one OT and one online bit on each of the 2^m - 1 monomials of b; here it is
 *          m OTs and m online bits a digit.
 * @module
 */
import type { BitReader, BitWriter } from '../bit-stream.js';
import type { Digit } from './compare-plan.js';
import { type PadLayout, type PadSegment, type ReceiverPads, readPad, type SenderPads } from './pads.js';

/** Blocks of 2^i table entries that lie at even positions, for i = 0..3. */
const EVEN_BLOCKS = [0x55555555, 0x33333333, 0x0f0f0f0f, 0x00ff00ff] as const;

/** Bits of a table entry: `functions` tables of 2^bits entries, "greater" in the low half. */
function entryBits(digit: Digit): number {
  return digit.functions << digit.bits;
}

/** Bytes of an entry in a pad. */
function entryBytes(digit: Digit): number {
  return Math.ceil(entryBits(digit) / 8);
}

/** The random OTs of one digit of `count` gates: one segment per bit of the digit. */
export function layoutLeaf(digit: Digit, count: number, layout: PadLayout): PadSegment[] {
  // A key of bit i serves the 2^(bits-1) tables j with that value of bit i.
  const padBytes = entryBytes(digit) << (digit.bits - 1);
  return Array.from({ length: digit.bits }, () => layout.add(count, padBytes));
}

/** Byte offsets of table j's part inside the pads of bit i, at [j · bits + i]. */
function slotOffsets(digit: Digit): Int32Array {
  const offsets = new Int32Array(digit.bits << digit.bits);
  for (let j = 0; j < 1 << digit.bits; j++) {
    for (let i = 0; i < digit.bits; i++) {
      const slot = ((j >>> (i + 1)) << i) | (j & ((1 << i) - 1));
      offsets[j * digit.bits + i] = slot * entryBytes(digit);
    }
  }
  return offsets;
}

/**
 * The client's half of one digit: writes its tables and stores R.
 * @param comparands - [count] a, all digits.
 * @param tables - R of the gates, written from `first` on.
 */
export function correctLeafClient(
  digit: Digit,
  segments: readonly PadSegment[],
  comparands: Int32Array,
  pads: SenderPads,
  writer: BitWriter,
  tables: Int32Array,
  first: number,
): void {
  const { bits, shift, functions } = digit;
  const size = 1 << bits;
  const width = entryBits(digit);
  const bytes = entryBytes(digit);
  const stride = bytes << (bits - 1);
  const slots = slotOffsets(digit);
  const rotated = new Int32Array(size);
  const sides = [pads.zero, pads.one];
  for (let gate = 0; gate < comparands.length; gate++) {
    const a = (comparands[gate]! >>> shift) & (size - 1);
    const greater = ((1 << size) - 1) & ~((2 << a) - 1);
    rotated[0] = functions === 2 ? greater | (1 << (a + size)) : greater;
    let mask = 0;
    for (let j = 0; j < size; j++) {
      if (j > 0) {
        const bit = 31 - Math.clz32(j & -j);
        const source = rotated[j & (j - 1)]!;
        const block = EVEN_BLOCKS[bit]!;
        rotated[j] = ((source & block) << (1 << bit)) | ((source >>> (1 << bit)) & block);
      }
      let pad = 0;
      for (let i = 0; i < bits; i++) {
        const offset = segments[i]!.offset + gate * stride + slots[j * bits + i]!;
        pad ^= readPad(sides[(j >>> i) & 1]!, offset, bytes);
      }
      const masked = pad ^ rotated[j]!;
      if (j === 0) mask = masked;
      else writer.write(masked ^ mask, width);
    }
    tables[first + gate] = mask;
  }
}

/**
 * The server's half of one digit: reads the client's tables and keeps the one it can open.
 * @param tables - T of the gates, written from `first` on.
 * @param masks - β of all digits; this digit's bits are added from `first` on.
 */
export function correctLeafServer(
  digit: Digit,
  segments: readonly PadSegment[],
  count: number,
  pads: ReceiverPads,
  reader: BitReader,
  tables: Int32Array,
  masks: Int32Array,
  first: number,
): void {
  const { bits, shift } = digit;
  const size = 1 << bits;
  const width = entryBits(digit);
  const bytes = entryBytes(digit);
  const stride = bytes << (bits - 1);
  const slots = slotOffsets(digit);
  for (let gate = 0; gate < count; gate++) {
    let beta = 0;
    for (let i = 0; i < bits; i++) beta |= (pads.choices[segments[i]!.instance + gate]! & 1) << i;
    let table = 0;
    // Every j is worked through, so that neither time nor addresses depend on β.
    for (let j = 0; j < size; j++) {
      let value = j === 0 ? 0 : reader.read(width);
      for (let i = 0; i < bits; i++) {
        value ^= readPad(pads.chosen, segments[i]!.offset + gate * stride + slots[j * bits + i]!, bytes);
      }
      table |= value & (((j ^ beta) - 1) >> 31);
    }
    tables[first + gate] = table;
    masks[first + gate] = masks[first + gate]! | (beta << shift);
  }
}

/** One party's shares of a digit's results, as planes. */
export interface DigitShare {
  readonly greater: Int32Array;
  /** Empty for the lowest digit. */
  readonly equal: Int32Array;
}

/** Looks up the opened position δ in a party's tables. */
export function lookUpLeaf(digit: Digit, tables: Int32Array, opened: Int32Array): DigitShare {
  const { bits, shift, functions } = digit;
  const size = 1 << bits;
  const count = opened.length;
  const words = (count + 31) >>> 5;
  const greater = new Int32Array(words);
  const equal = new Int32Array(functions === 2 ? words : 0);
  for (let word = 0; word < words; word++) {
    const end = Math.min(32, count - 32 * word);
    let g = 0;
    let e = 0;
    for (let k = 0; k < end; k++) {
      const gate = 32 * word + k;
      const position = (opened[gate]! >>> shift) & (size - 1);
      const entry = tables[gate]! >>> position;
      g |= (entry & 1) << k;
      e |= ((entry >>> size) & 1) << k;
    }
    greater[word] = g;
    if (functions === 2) equal[word] = e;
  }
  return { greater, equal };
}
