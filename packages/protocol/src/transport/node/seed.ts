/**
 * Entropy on Node.
 * @module
 */
import { randomBytes } from 'node:crypto';

/** 32 fresh bytes of the operating system's entropy, the seed of one session. Never use one twice. */
export function freshSeed(): Uint8Array {
  return new Uint8Array(randomBytes(32));
}
