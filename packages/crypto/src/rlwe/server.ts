/**
 * The server's side of the encryption: reading seeded ciphertexts, products with weights, private responses.
 *
 * Security: a response is computationally close to one made from the opened values alone. Its second half is uniform
 *           by ring-LWE under the fresh ternary of the encryption of zero; given it, the first half is determined by the
 *           opened value and the noise, whose dependence on the weights drowns in the flooding noise. See docs/rlwe.md.
 * @module
 */
import { floodBytes, type Kernels, polyBytes, polyDegree, polyWords, type ResponseSpec } from '@relent/kernels';
import { ProtocolError } from '../errors.js';
import type { RandomSource } from '../random.js';
import { reduceInto } from '../ring.js';
import { SEED_BYTES } from './parameters.js';

const SAMPLE_BYTES = 8 * polyDegree;

/** A public key of the client and the stream of its ciphertexts. */
export class RlweServer {
  readonly #poly: Kernels['poly'];
  readonly #random: RandomSource;
  readonly #seed: Uint8Array;
  readonly #publicKey: Uint32Array;
  #index = 0;

  /**
   * Reads the client's hello.
   * @param random - masks and flooding noise come from it.
   * @throws ProtocolError `malformed` if it has a wrong length or holds no residues.
   */
  constructor(kernels: Kernels, random: RandomSource, hello: Uint8Array, step: string) {
    this.#poly = kernels.poly;
    this.#random = random;
    if (hello.length !== SEED_BYTES + polyBytes) {
      throw new ProtocolError(
        'malformed',
        step,
        `"hello" expected ${SEED_BYTES + polyBytes} bytes, got ${hello.length}`,
      );
    }
    this.#seed = hello.slice(0, SEED_BYTES);
    this.#publicKey = this.read(hello.subarray(SEED_BYTES), 1, step);
  }

  /**
   * Reads ciphertexts, in the order in which the client made them.
   * @returns [count × 2 × 4 × 4096].
   * @throws ProtocolError `malformed` if the message has a wrong length or a residue is not below its prime.
   */
  read(bytes: Uint8Array, count: number, step: string): Uint32Array {
    if (bytes.length !== count * polyBytes) {
      throw new ProtocolError('malformed', step, `"request" expected ${count * polyBytes} bytes, got ${bytes.length}`);
    }
    const ciphertexts = new Uint32Array(count * 2 * polyWords);
    for (let i = 0; i < count; i++) {
      const first = this.#poly.unpack(bytes.subarray(i * polyBytes, (i + 1) * polyBytes));
      if (first === null) {
        throw new ProtocolError('malformed', step, '"request" expected residues below their primes, got others');
      }
      ciphertexts.set(first, 2 * i * polyWords);
      ciphertexts.set(this.#poly.uniform(this.#seed, this.#index++), (2 * i + 1) * polyWords);
    }
    return ciphertexts;
  }

  /**
   * Answers with Σ ciphertexts · weights − masks at the spec's positions.
   * @param sum - [2 × 4 × 4096] Σ ciphertexts · weights, transformed.
   * @returns the message, and the masks [positions] of Z_2^l.
   */
  respond(
    sum: Uint32Array,
    spec: ResponseSpec,
    floodBits: number,
  ): { readonly message: Uint8Array; readonly masks: Int32Array } {
    const count = spec.positions.length;
    const poly = this.#poly;
    const masks = reduceInto(new Int32Array(this.#random.bytes(4 * count).slice().buffer), spec.ringBits);
    const message = poly.respond(
      sum,
      this.#publicKey,
      {
        ternary: poly.ternary(this.#random.bytes(SAMPLE_BYTES)),
        error: poly.binomial(this.#random.bytes(SAMPLE_BYTES)),
        masks,
        flood: this.#random.bytes(floodBytes * count),
        floodBits,
      },
      spec,
    );
    return { message, masks };
  }
}
