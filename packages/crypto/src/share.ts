/**
 * Additive and Boolean shares that do not print their content.
 * @module
 */

import type { RandomSource } from './random.js';
import { reduceInto } from './ring.js';

/** One party's additive share of a vector over Z_2^l: the two parties' shares sum to the vector. */
export class ArithmeticShare {
  readonly #values: Int32Array;

  /** @param values - [n] reduced modulo 2^ringBits in place. */
  constructor(
    values: Int32Array,
    readonly ringBits: number,
  ) {
    this.#values = reduceInto(values, ringBits);
  }

  /** The share itself, for the protocol that consumes it. */
  get values(): Int32Array {
    return this.#values;
  }

  /** Splits a vector: the client's share is uniform. */
  static share(secret: Int32Array, ringBits: number, random: RandomSource): [ArithmeticShare, ArithmeticShare] {
    const bytes = random.bytes(secret.length * 4);
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    const client = Int32Array.from(secret, (_, i) => view.getInt32(i * 4, true));
    const server = secret.map((value, i) => value - client[i]!);
    return [new ArithmeticShare(client, ringBits), new ArithmeticShare(server, ringBits)];
  }

  /**
   * The vector.
   * @throws RangeError if the shares do not belong together.
   */
  static reveal(a: ArithmeticShare, b: ArithmeticShare): Int32Array {
    if (a.ringBits !== b.ringBits || a.#values.length !== b.#values.length) {
      throw new RangeError(`"b" expected ${a}, got ${b}`);
    }
    return reduceInto(
      a.#values.map((value, i) => value + b.#values[i]!),
      a.ringBits,
    );
  }

  /** Only sizes. */
  toString(): string {
    return `ArithmeticShare(${this.#values.length} × Z_2^${this.ringBits})`;
  }
}

/** One party's share of bits: the two parties' shares XOR to the bits. */
export class BooleanShare {
  readonly #bits: Uint8Array;

  /** @param bits - [n] bytes 0 or 1. */
  constructor(bits: Uint8Array) {
    this.#bits = bits;
  }

  /** The share itself, for the protocol that consumes it. */
  get bits(): Uint8Array {
    return this.#bits;
  }

  /** Splits bits: the client's share is uniform. */
  static share(secret: Uint8Array, random: RandomSource): [BooleanShare, BooleanShare] {
    const client = random.bytes(secret.length).map((byte) => byte & 1);
    return [new BooleanShare(client), new BooleanShare(secret.map((bit, i) => bit ^ client[i]!))];
  }

  /**
   * The bits.
   * @throws RangeError if the shares differ in length.
   */
  static reveal(a: BooleanShare, b: BooleanShare): Uint8Array {
    if (a.#bits.length !== b.#bits.length) throw new RangeError(`"b" expected ${a}, got ${b}`);
    return a.#bits.map((bit, i) => bit ^ b.#bits[i]!);
  }

  /** Only sizes. */
  toString(): string {
    return `BooleanShare(${this.#bits.length} bits)`;
  }
}
