/**
 * Messages as bit strings: fields of any width, least significant bit first, no padding but at the very end.
 *
 * A message of n bits takes ceil(n / 8) bytes; the unused bits of the last byte are zero, and the reader insists on it.
 * @module
 */

import { wordsFor } from './bits.js';
import { ProtocolError } from './errors.js';

/** Writes a message whose size is known beforehand, below 2^32 bits. */
export class BitWriter {
  readonly #bytes: Uint8Array;
  readonly #bits: number;
  #at = 0;

  /** @throws RangeError if `bits` is no natural number below 2^32. */
  constructor(bits: number) {
    if (!Number.isInteger(bits) || bits < 0 || bits >= 2 ** 32) {
      throw new RangeError(`"bits" expected a natural number below 2^32, got ${bits}`);
    }
    this.#bits = bits;
    this.#bytes = new Uint8Array(Math.ceil(bits / 8));
  }

  /** Appends the low `width` bits of a value, 0 <= width <= 32. */
  write(value: number, width: number): void {
    if (width === 0) return;
    const bytes = this.#bytes;
    const masked = (value << (32 - width)) >>> (32 - width);
    const shift = this.#at & 7;
    let index = this.#at >>> 3;
    bytes[index] = bytes[index]! | (masked << shift);
    for (let done = 8 - shift; done < width; done += 8) bytes[++index] = masked >>> done;
    this.#at += width;
  }

  /** Appends the low `width` bits of every value. */
  writeAll(values: Int32Array, width: number): void {
    for (let i = 0; i < values.length; i++) this.write(values[i]!, width);
  }

  /** Appends `count` bits of a packed bit vector. */
  writePlane(words: Int32Array, count: number): void {
    const whole = count >>> 5;
    for (let i = 0; i < whole; i++) this.write(words[i]!, 32);
    if ((count & 31) !== 0) this.write(words[whole]!, count & 31);
  }

  /**
   * The message.
   * @throws RangeError if fewer or more bits were written than promised.
   */
  finish(): Uint8Array {
    if (this.#at !== this.#bits) throw new RangeError(`"message" expected ${this.#bits} bits, got ${this.#at}`);
    return this.#bytes;
  }
}

/** Reads a message of a known size. */
export class BitReader {
  readonly #bytes: Uint8Array;
  readonly #bits: number;
  #at = 0;

  /**
   * @param step - protocol step named in the error.
   * @throws ProtocolError `malformed` if the length is not exactly that of `bits` bits, or a padding bit is set.
   */
  constructor(bytes: Uint8Array, bits: number, step: string) {
    const expected = Math.ceil(bits / 8);
    if (bytes.length !== expected) {
      throw new ProtocolError('malformed', step, `"message" expected ${expected} bytes, got ${bytes.length}`);
    }
    const used = bits & 7;
    if (used !== 0 && bytes[expected - 1]! >>> used !== 0) {
      throw new ProtocolError('malformed', step, '"message" expected zero padding bits, got others');
    }
    this.#bytes = bytes;
    this.#bits = bits;
  }

  /** The next `width` bits as an unsigned 32-bit pattern (an int32 for width 32), 0 <= width <= 32. */
  read(width: number): number {
    if (width === 0) return 0;
    const bytes = this.#bytes;
    const shift = this.#at & 7;
    let index = this.#at >>> 3;
    let value = bytes[index]! >>> shift;
    for (let done = 8 - shift; done < width; done += 8) value |= bytes[++index]! << done;
    this.#at += width;
    return width === 32 ? value | 0 : value & ((1 << width) - 1);
  }

  /** The next values, sign-extended from `width` bits. */
  readAll(count: number, width: number): Int32Array {
    const values = new Int32Array(count);
    const shift = 32 - width;
    for (let i = 0; i < count; i++) values[i] = (this.read(width) << shift) >> shift;
    return values;
  }

  /** The next `count` bits as a packed bit vector. */
  readPlane(count: number): Int32Array {
    const words = new Int32Array(wordsFor(count));
    for (let i = 0; i < words.length; i++) words[i] = this.read(Math.min(32, count - 32 * i));
    return words;
  }

  /**
   * Ends the reading.
   * @throws RangeError if bits are left: reader and writer disagree on the format.
   */
  finish(): void {
    if (this.#at !== this.#bits) throw new RangeError(`"message" expected ${this.#bits} bits read, got ${this.#at}`);
  }
}
