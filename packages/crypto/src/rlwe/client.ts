/**
 * The client's side of the encryption: a fresh key, seeded encryptions, opening of responses.
 * @module
 */
import { type Kernels, polyDegree, polyWords, type ResponseSpec, responseBytes } from '@relent/kernels';
import { ProtocolError } from '../errors.js';
import type { RandomSource } from '../random.js';
import { SEED_BYTES } from './parameters.js';

const SAMPLE_BYTES = 8 * polyDegree;

/** A key pair of the client and the stream of its encryptions. */
export class RlweClient {
  readonly #poly: Kernels['poly'];
  readonly #random: RandomSource;
  readonly #secret: Uint32Array;
  readonly #seed: Uint8Array;
  #index = 0;

  /**
   * Draws a key. Use it for one run of the protocol.
   * @param random - the secret, all errors and the public seed come from it.
   */
  constructor(kernels: Kernels, random: RandomSource) {
    this.#poly = kernels.poly;
    this.#random = random;
    this.#secret = this.#poly.transform(this.#poly.ternary(random.bytes(SAMPLE_BYTES)));
    this.#seed = random.bytes(SEED_BYTES);
  }

  /** [32 + polyBytes] the seed of all second halves, and the first half of the public key, an encryption of zero. */
  hello(): Uint8Array {
    const key = this.#encrypt(new Int32Array(polyDegree), 1);
    const bytes = new Uint8Array(SEED_BYTES + key.length);
    bytes.set(this.#seed);
    bytes.set(key, SEED_BYTES);
    return bytes;
  }

  /**
   * Encrypts polynomials of Z_2^ringBits; only first halves are sent, the second ones come from the seed.
   * @param values - [n × 4096].
   * @returns [n × polyBytes].
   */
  request(values: Int32Array, ringBits: number): Uint8Array {
    const count = values.length / polyDegree;
    const parts = Array.from({ length: count }, (_, i) =>
      this.#encrypt(values.subarray(i * polyDegree, (i + 1) * polyDegree), ringBits),
    );
    const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
    let at = 0;
    for (const part of parts) {
      bytes.set(part, at);
      at += part.length;
    }
    return bytes;
  }

  /**
   * Opens a response.
   * @param step - named in the error.
   * @returns [positions] values of Z_2^l.
   * @throws ProtocolError `malformed` if the length is wrong or a padding bit is set.
   */
  open(response: Uint8Array, spec: ResponseSpec, step: string): Int32Array {
    if (response.length !== responseBytes(spec)) {
      throw new ProtocolError(
        'malformed',
        step,
        `"response" expected ${responseBytes(spec)} bytes, got ${response.length}`,
      );
    }
    const used = (spec.positions.length * spec.bits0) & 7;
    if (used !== 0 && (response[response.length - 1] ?? 0) >>> used !== 0) {
      throw new ProtocolError('malformed', step, '"response" expected zero padding bits, got others');
    }
    return this.#poly.open(response, this.#secret, spec);
  }

  #encrypt(values: Int32Array, ringBits: number): Uint8Array {
    const poly = this.#poly;
    const a = poly.uniform(this.#seed, this.#index++);
    const error = poly.binomial(this.#random.bytes(SAMPLE_BYTES));
    return poly.pack(poly.encrypt(values, ringBits, error, a, this.#secret));
  }

  /** The transformed secret [4 × 4096], for tests of the noise. Never send it. */
  get insecureSecret(): Uint32Array {
    return this.#secret.slice(0, polyWords);
  }
}
