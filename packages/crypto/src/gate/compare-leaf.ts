/**
 * The leaf of a comparison: shares of [b > a] and [b = a] for one m-bit digit, where the client knows a offline and
 * the server learns b online.
 *
 * Offline the parties come to share the truth table f_a(x) = ([x > a], [x = a]) rotated by the server's m random OT
 * choices β: R ⊕ T = f_a(· ⊕ β). Rotation by one bit β_i swaps neighbouring blocks of 2^i entries or leaves them. The
 * server swaps its own part by itself; of the client's part v, swapped v ⊕ β_i·t with t = v ⊕ swap(v), the products
 * β_i·t take one random OT: E = M0 ⊕ M1 ⊕ t makes the server's M_β ⊕ β_i·E = M0 ⊕ β_i·t. As t is symmetric under the
 * swap, one of each pair of blocks travels: m·2^(m-1) bits a function. Online the server sends δ = b ⊕ β (m bits); R[δ]
 * and T[δ] share f_a(δ ⊕ β) = f_a(b).
 *
 * Security: semi-honest. δ is padded by β, which the client does not know; each correction by the pad that the server
 *           did not choose, used nowhere else.
 * Source: Ishai et al., "On the power of correlated randomness", TCC 2013, §3 (one-time truth tables), with the table
 *         known to one party; secret swaps by OT: Mohassel & Sadeghian, "How to hide circuits in MPC", Eurocrypt 2013, §4.
 * Differs: private-inference.md §2.9 spends one OT and one online bit on each of the 2^m - 1 monomials of b, or deals the
 *          table by all-but-one OT for m·128 + 2·2^m bits; here it is m OTs, m online bits and m·2^m offline bits a digit.
 * @module
 */
import type { BitReader, BitWriter } from '../bit-stream.js';
import { select } from '../ring.js';
import type { Digit } from './compare-plan.js';
import { type PadLayout, type PadSegment, type ReceiverPads, readPad, type SenderPads } from './pads.js';

/** Blocks of 2^i table entries that lie at even positions of a word, for i = 0..4. */
const EVEN_BLOCKS = [0x55555555, 0x33333333, 0x0f0f0f0f, 0x00ff00ff, 0x0000ffff] as const;

/** Levels from this one on swap whole words. */
const WORD_LEVEL = 5;

/** Bits of both tables of a digit, "greater" before "equal". */
function tableBits(digit: Digit): number {
  return digit.functions << digit.bits;
}

/** Words that one gate's tables of a digit take. */
export function tableWords(digit: Digit): number {
  return Math.max(1, tableBits(digit) >>> 5);
}

/** How the half of a table that travels at one level is cut: `count` pieces of `width` bits. */
interface LevelPieces {
  readonly level: number;
  readonly count: number;
  readonly width: number;
  /** Bytes of a piece in a pad. */
  readonly bytes: number;
}

function levelsOf(digit: Digit): LevelPieces[] {
  const words = tableWords(digit);
  return Array.from({ length: digit.bits }, (_, level) => {
    const width = level < WORD_LEVEL ? Math.min(32, tableBits(digit)) >>> 1 : 32;
    return { level, count: level < WORD_LEVEL ? words : words >>> 1, width, bytes: Math.ceil(width / 8) };
  });
}

/** The random OTs of one digit of `count` gates: one segment per bit of the digit. */
export function layoutLeaf(digit: Digit, count: number, layout: PadLayout): PadSegment[] {
  return levelsOf(digit).map((pieces) => layout.add(count, pieces.count * pieces.bytes));
}

/** The low `width` bits, width <= 32. */
function lowBits(value: number, width: number): number {
  return (value << (32 - width)) >>> (32 - width);
}

/** The blocks of 2^level bits at even positions, moved together: `width` bits. */
function gather(word: number, level: number, width: number): number {
  let bits = word & EVEN_BLOCKS[level]!;
  for (let s = level; 1 << s < width; s++) bits = (bits | (bits >>> (1 << s))) & EVEN_BLOCKS[s + 1]!;
  return bits;
}

/** Undoes {@link gather} and fills the odd positions with copies of their even neighbours. */
function spread(bits: number, level: number, width: number): number {
  let word = bits;
  for (let s = 30 - Math.clz32(width); s >= level; s--) word = (word | (word << (1 << s))) & EVEN_BLOCKS[s]!;
  return word | (word << (1 << level));
}

/** Swaps neighbouring blocks of 2^level bits. */
function swapBlocks(word: number, level: number): number {
  const even = EVEN_BLOCKS[level]!;
  return ((word & even) << (1 << level)) | ((word >>> (1 << level)) & even);
}

/** Index of the k-th word whose bit `level` - 5 is zero. */
function evenWord(k: number, level: number): number {
  const bit = level - WORD_LEVEL;
  return ((k >>> bit) << (bit + 1)) | (k & ((1 << bit) - 1));
}

/** All ones if value is zero, else zero. */
function zeroMask(value: number): number {
  return ~((value | -value) >> 31);
}

/** The truth tables of a digit a: entries x > a, then entries x = a. */
function writeTables(digit: Digit, a: number, tables: Int32Array, at: number): void {
  const { bits, functions } = digit;
  const size = 1 << bits;
  if (size < 32) {
    const greater = ((1 << size) - 1) & ~((2 << a) - 1);
    tables[at] = functions === 2 ? greater | (1 << (a + size)) : greater;
    return;
  }
  const words = size >>> 5;
  for (let w = 0; w < words; w++) {
    // Entries from a + 1 on, seen from this word: none, some or all of its 32.
    const first = a + 1 - 32 * w;
    const block = first >> 5;
    tables[at + w] = (block >> 31) | (zeroMask(block) & ~((1 << (first & 31)) - 1));
    if (functions === 2) tables[at + words + w] = zeroMask((a >>> 5) ^ w) & (1 << (a & 31));
  }
}

/**
 * The client's half of one digit: writes its corrections and stores R.
 * @param comparands - [count] a, all digits.
 * @param tables - R of the gates, {@link tableWords} each, written from gate `first` on.
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
  const { bits, shift } = digit;
  const words = tableWords(digit);
  const levels = levelsOf(digit);
  for (let gate = 0; gate < comparands.length; gate++) {
    const at = (first + gate) * words;
    writeTables(digit, (comparands[gate]! >>> shift) & ((1 << bits) - 1), tables, at);
    for (const { level, count, width, bytes } of levels) {
      const pad = segments[level]!.offset + gate * count * bytes;
      for (let k = 0; k < count; k++) {
        const zero = lowBits(readPad(pads.zero, pad + k * bytes, bytes), width);
        const difference = zero ^ readPad(pads.one, pad + k * bytes, bytes);
        if (level < WORD_LEVEL) {
          const word = tables[at + k]!;
          writer.write(difference ^ gather(word ^ swapBlocks(word, level), level, width), width);
          tables[at + k] = word ^ spread(zero, level, width);
        } else {
          const even = at + evenWord(k, level);
          const odd = even + (1 << (level - WORD_LEVEL));
          writer.write(difference ^ tables[even]! ^ tables[odd]!, width);
          tables[even] = tables[even]! ^ zero;
          tables[odd] = tables[odd]! ^ zero;
        }
      }
    }
  }
}

/**
 * The server's half of one digit: reads the client's corrections and stores T.
 * @param tables - T of the gates, {@link tableWords} each, written from gate `first` on; zero before.
 * @param masks - β of all digits; this digit's bits are added from `first` on.
 */
export function correctLeafServer(
  digit: Digit,
  segments: readonly PadSegment[],
  gates: number,
  pads: ReceiverPads,
  reader: BitReader,
  tables: Int32Array,
  masks: Int32Array,
  first: number,
): void {
  const words = tableWords(digit);
  const levels = levelsOf(digit);
  for (let gate = 0; gate < gates; gate++) {
    const at = (first + gate) * words;
    let beta = 0;
    for (const { level, count, width, bytes } of levels) {
      const segment = segments[level]!;
      const bit = pads.choices[segment.instance + gate]! & 1;
      beta |= bit << level;
      const pad = segment.offset + gate * count * bytes;
      for (let k = 0; k < count; k++) {
        const product = lowBits(readPad(pads.chosen, pad + k * bytes, bytes), width) ^ select(bit, reader.read(width));
        if (level < WORD_LEVEL) {
          const word = tables[at + k]!;
          tables[at + k] = word ^ select(bit, word ^ swapBlocks(word, level)) ^ spread(product, level, width);
        } else {
          const even = at + evenWord(k, level);
          const odd = even + (1 << (level - WORD_LEVEL));
          const change = product ^ select(bit, tables[even]! ^ tables[odd]!);
          tables[even] = tables[even]! ^ change;
          tables[odd] = tables[odd]! ^ change;
        }
      }
    }
    masks[first + gate] = masks[first + gate]! | (beta << digit.shift);
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
  const words = tableWords(digit);
  const count = opened.length;
  const planes = (count + 31) >>> 5;
  const greater = new Int32Array(planes);
  const equal = new Int32Array(functions === 2 ? planes : 0);
  for (let plane = 0; plane < planes; plane++) {
    const end = Math.min(32, count - 32 * plane);
    let g = 0;
    let e = 0;
    for (let k = 0; k < end; k++) {
      const gate = 32 * plane + k;
      const position = (opened[gate]! >>> shift) & (size - 1);
      const at = gate * words;
      g |= ((tables[at + (position >>> 5)]! >>> (position & 31)) & 1) << k;
      const second = position + size;
      if (functions === 2) e |= ((tables[at + (second >>> 5)]! >>> (second & 31)) & 1) << k;
    }
    greater[plane] = g;
    if (functions === 2) equal[plane] = e;
  }
  return { greater, equal };
}
