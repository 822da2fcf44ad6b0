/**
 * The kernels in plain TypeScript: slow, readable, the specification of the fast ones.
 * @module
 */
import type { Kernels } from './contract.js';
import { expectHash, expectLength, expectNatural, expectRows } from './expect.js';
import { referencePolynomials } from './poly/reference.js';
import { referenceChacha } from './reference/chacha.js';
import { referenceConvolve } from './reference/convolution.js';
import { referenceFerret } from './reference/ferret.js';
import {
  referenceSoftspokenReceiver,
  referenceSoftspokenSender,
  referenceTranspose128,
} from './reference/softspoken.js';

const ROUNDS = 12;
const ROW_BYTES = 16;

/** A key of two 16-byte halves. */
function joinKey(own: Uint8Array, domain: Uint8Array): Uint8Array {
  const key = new Uint8Array(2 * ROW_BYTES);
  key.set(own);
  key.set(domain, ROW_BYTES);
  return key;
}

/** The plain implementation of the contract. Not constant-time: an oracle for tests, not for secrets. */
export const referenceKernels: Kernels = {
  name: 'reference',
  poly: referencePolynomials,
  convolve: referenceConvolve,
  transpose128: referenceTranspose128,
  ...referenceFerret,

  keystream(key, counter, length) {
    expectLength('key', key, 2 * ROW_BYTES);
    expectNatural('counter', counter);
    expectNatural('length', length, 2 ** 31);
    return referenceChacha(key, counter, 0, length, ROUNDS);
  },

  expandSeeds(seeds, domain, counter, length) {
    const count = expectRows('seeds', seeds);
    expectLength('domain', domain, ROW_BYTES);
    expectNatural('counter', counter);
    expectNatural('length', length, 2 ** 31);
    const out = new Uint8Array(count * length);
    for (let n = 0; n < count; n++) {
      const key = joinKey(seeds.subarray(ROW_BYTES * n, ROW_BYTES * (n + 1)), domain);
      out.set(referenceChacha(key, counter, 0, length, ROUNDS), n * length);
    }
    return out;
  },

  hashRows(rows, mask, domain, tweak, lengths) {
    const out = new Uint8Array(expectHash(rows, mask, domain, tweak, lengths));
    let at = 0;
    for (let j = 0; j < rows.length / ROW_BYTES; j++) {
      const row = rows.slice(ROW_BYTES * j, ROW_BYTES * (j + 1)).map((byte, i) => byte ^ (mask?.[i] ?? 0));
      const length = typeof lengths === 'number' ? lengths : (lengths[j] ?? 0);
      out.set(referenceChacha(joinKey(row, domain), 0, tweak + j, length, ROUNDS), at);
      at += length;
    }
    return out;
  },

  softspokenReceiver(leaves, domain, counter, count) {
    const expand = (leaf: Uint8Array, length: number) =>
      referenceChacha(joinKey(leaf, domain), counter, 0, length, ROUNDS);
    return referenceSoftspokenReceiver(expand, leaves, domain, counter, count);
  },

  softspokenSender(leaves, domain, counter, count, delta, corrections) {
    const expand = (leaf: Uint8Array, length: number) =>
      referenceChacha(joinKey(leaf, domain), counter, 0, length, ROUNDS);
    return referenceSoftspokenSender(expand, leaves, domain, counter, count, delta, corrections);
  },
};
