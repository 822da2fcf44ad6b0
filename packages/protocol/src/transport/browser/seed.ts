/**
 * Entropy in a browser.
 * @module
 */

/** 32 fresh bytes of `crypto.getRandomValues`, the seed of one session. Never use one twice. */
export function freshSeed(): Uint8Array {
  return crypto.getRandomValues(new Uint8Array(32));
}
