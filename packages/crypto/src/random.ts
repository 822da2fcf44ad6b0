/**
 * Randomness as a parameter: protocols draw from a {@link RandomSource}; the platform supplies 32 bytes of entropy.
 * @module
 */
import type { Kernels } from '@relent/kernels';

/** A stream of random bytes. */
export interface RandomSource {
  /**
   * The next `n` bytes, in a buffer of the caller's own.
   * @throws RangeError if `n` is no natural number.
   */
  bytes(n: number): Uint8Array;
}

const SEED_BYTES = 32;
const BLOCK_BYTES = 64;

/**
 * A cryptographic generator: the ChaCha12 keystream of the seed. Two sources of one seed give equal streams, however
 * the draws are cut.
 *
 * Security: the stream is pseudorandom if ChaCha12 is a PRG and the seed is uniform and secret. Never seed two live
 *           sources with the same bytes outside tests.
 * @param seed - [32] from the platform's entropy source.
 * @throws RangeError if the seed's length is wrong.
 */
export function seededRandom(kernels: Kernels, seed: Uint8Array): RandomSource {
  if (seed.length !== SEED_BYTES) {
    throw new RangeError(`"seed" expected ${SEED_BYTES} bytes, got ${seed.length}`);
  }
  const key = seed.slice();
  let counter = 0;
  let rest: Uint8Array = new Uint8Array(0);
  return {
    bytes(n) {
      if (!Number.isSafeInteger(n) || n < 0) throw new RangeError(`"n" expected a natural number, got ${n}`);
      const out = new Uint8Array(n);
      const held = Math.min(rest.length, n);
      out.set(rest.subarray(0, held));
      rest = rest.subarray(held);
      if (held === n) return out;
      const blocks = Math.ceil((n - held) / BLOCK_BYTES);
      const stream = kernels.keystream(key, counter, blocks * BLOCK_BYTES);
      counter += blocks;
      out.set(stream.subarray(0, n - held), held);
      rest = stream.slice(n - held);
      return out;
    },
  };
}
