/**
 * Correlations as bytes: one description of what a state holds, which writes it, reads it, or measures it.
 *
 * A description is a function (coder, …, state | null) => state that names its fields in one order. The writer returns what
 * it is given; the reader is given null and returns what it reads. So both cannot disagree, and a field that is forgotten is
 * a type error. A field takes as many whole bytes as its bits need; counts and widths come from the public plan.
 * @module
 */
import { BitReader, BitWriter } from '../bit-stream.js';
import { wordsFor } from '../bits.js';

/** What a description is run with. Every method takes the field's value, or null where it is to be read. */
export interface StateCoder {
  /** [count] elements of Z_2^width, 0 <= width <= 32; read back sign-extended. */
  signed(held: Int32Array | null, count: number, width: number): Int32Array;
  /** [count] naturals below 2^width; at width 32 any pattern. */
  naturals(held: Int32Array | null, count: number, width: number): Int32Array;
  /** `count` bits as a packed plane. */
  plane(held: Int32Array | null, count: number): Int32Array;
  /** [count] bytes 0 or 1. */
  bits(held: Uint8Array | null, count: number): Uint8Array;
  /** [count]. */
  bytes(held: Uint8Array | null, count: number): Uint8Array;
  /** A natural number below 2^53. */
  natural(held: number | null): number;
}

const STEP = 'state';
const NATURAL_BYTES = 8;

/** The plain bytes of 32-bit patterns, little endian as every platform of relent is. */
function bytesOf(words: Int32Array): Uint8Array {
  return new Uint8Array(words.buffer, words.byteOffset, words.byteLength);
}

function expectCount(held: { readonly length: number }, count: number): void {
  if (held.length !== count) throw new RangeError(`"state" expected ${count} values, got ${held.length}`);
}

/** Measures: every field counts, none is looked at. */
class SizeCoder implements StateCoder {
  total = 0;
  #add(bits: number): void {
    this.total += Math.ceil(bits / 8);
  }
  signed(held: Int32Array | null, count: number, width: number): Int32Array {
    this.#add(count * width);
    return held ?? new Int32Array(0);
  }
  naturals(held: Int32Array | null, count: number, width: number): Int32Array {
    return this.signed(held, count, width);
  }
  plane(held: Int32Array | null, count: number): Int32Array {
    return this.signed(held, count, 1);
  }
  bits(held: Uint8Array | null, count: number): Uint8Array {
    this.#add(count);
    return held ?? new Uint8Array(0);
  }
  bytes(held: Uint8Array | null, count: number): Uint8Array {
    this.#add(8 * count);
    return held ?? new Uint8Array(0);
  }
  natural(held: number | null): number {
    this.total += NATURAL_BYTES;
    return held ?? 0;
  }
}

/** Writes into a buffer of the measured size. */
class WriteCoder implements StateCoder {
  readonly out: Uint8Array;
  #at = 0;

  constructor(size: number) {
    this.out = new Uint8Array(size);
  }

  #append(bytes: Uint8Array): void {
    this.out.set(bytes, this.#at);
    this.#at += bytes.length;
  }

  #held<T>(held: T | null): T {
    if (held === null) throw new RangeError('"state" expected a value to write, got none');
    return held;
  }

  signed(held: Int32Array | null, count: number, width: number): Int32Array {
    const values = this.#held(held);
    expectCount(values, count);
    if (width === 32) this.#append(bytesOf(values));
    else {
      const writer = new BitWriter(count * width);
      writer.writeAll(values, width);
      this.#append(writer.finish());
    }
    return values;
  }

  naturals(held: Int32Array | null, count: number, width: number): Int32Array {
    return this.signed(held, count, width);
  }

  plane(held: Int32Array | null, count: number): Int32Array {
    const words = this.#held(held);
    expectCount(words, wordsFor(count));
    const writer = new BitWriter(count);
    writer.writePlane(words, count);
    this.#append(writer.finish());
    return words;
  }

  bits(held: Uint8Array | null, count: number): Uint8Array {
    const bytes = this.#held(held);
    expectCount(bytes, count);
    const writer = new BitWriter(count);
    for (let i = 0; i < count; i++) writer.write(bytes[i]!, 1);
    this.#append(writer.finish());
    return bytes;
  }

  bytes(held: Uint8Array | null, count: number): Uint8Array {
    const bytes = this.#held(held);
    expectCount(bytes, count);
    this.#append(bytes);
    return bytes;
  }

  natural(held: number | null): number {
    const value = this.#held(held);
    if (!Number.isSafeInteger(value) || value < 0) throw new RangeError(`"state" expected a natural, got ${value}`);
    const bytes = new Uint8Array(NATURAL_BYTES);
    new DataView(bytes.buffer).setBigUint64(0, BigInt(value), true);
    this.#append(bytes);
    return value;
  }
}

/** Reads; what it returns is the reader's own. */
class ReadCoder implements StateCoder {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  #next(bits: number): Uint8Array {
    const end = this.#at + Math.ceil(bits / 8);
    const part = this.#bytes.subarray(this.#at, end);
    this.#at = end;
    return part;
  }

  #reader(bits: number): BitReader {
    return new BitReader(this.#next(bits), bits, STEP);
  }

  signed(_held: Int32Array | null, count: number, width: number): Int32Array {
    if (width === 0) return new Int32Array(count);
    if (width === 32) return new Int32Array(this.#next(32 * count).slice().buffer);
    return this.#reader(count * width).readAll(count, width);
  }

  naturals(held: Int32Array | null, count: number, width: number): Int32Array {
    if (width === 0 || width === 32) return this.signed(held, count, width);
    const reader = this.#reader(count * width);
    const values = new Int32Array(count);
    for (let i = 0; i < count; i++) values[i] = reader.read(width);
    return values;
  }

  plane(_held: Int32Array | null, count: number): Int32Array {
    return this.#reader(count).readPlane(count);
  }

  bits(_held: Uint8Array | null, count: number): Uint8Array {
    const reader = this.#reader(count);
    const bytes = new Uint8Array(count);
    for (let i = 0; i < count; i++) bytes[i] = reader.read(1);
    return bytes;
  }

  bytes(_held: Uint8Array | null, count: number): Uint8Array {
    return this.#next(8 * count).slice();
  }

  natural(): number {
    const bytes = this.#next(8 * NATURAL_BYTES).slice();
    return Number(new DataView(bytes.buffer).getBigUint64(0, true));
  }
}

/** The order and the widths of a state's fields. */
export type StateDescription<T> = (coder: StateCoder, state: T | null) => T;

/** Bytes that every state of a description takes. */
export function stateBytes<T>(describe: StateDescription<T>): number {
  const coder = new SizeCoder();
  describe(coder, null);
  return coder.total;
}

/**
 * The bytes of a state.
 * @throws RangeError if the state is not one of the description's shape.
 */
export function encodeState<T>(describe: StateDescription<T>, state: T): Uint8Array {
  const coder = new WriteCoder(stateBytes(describe));
  describe(coder, state);
  return coder.out;
}

/**
 * Reads a state.
 * @throws RangeError if the bytes are not as many as the description says.
 * @throws ProtocolError `malformed` if a bit is set that belongs to no field.
 */
export function decodeState<T>(describe: StateDescription<T>, bytes: Uint8Array): T {
  const expected = stateBytes(describe);
  if (bytes.length !== expected) throw new RangeError(`"state" expected ${expected} bytes, got ${bytes.length}`);
  return describe(new ReadCoder(bytes), null);
}
