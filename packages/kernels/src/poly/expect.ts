/**
 * Preconditions of the polynomial kernels, shared by all implementations.
 * @module
 */
import { expectLength, expectNatural } from '../expect.js';
import {
  floodBytes,
  polyDegree,
  polyWords,
  type ResponseSecrets,
  type ResponseSpec,
  responseBytes,
} from './contract.js';

/** Most products in one sum of 64 bits. */
const MOST_PRODUCTS = 1024;
/** Bits of p0 · p1, rounded up. */
const SWITCHED_BITS = 54;
/** Flooding noise is cut from 96 bits. */
const FLOOD_WORD_BITS = 96;

/**
 * Checks a whole number in a range.
 * @throws RangeError otherwise.
 */
function expectRange(name: string, got: number, least: number, most: number): void {
  if (!Number.isInteger(got) || got < least || got > most) {
    throw new RangeError(`"${name}" expected an integer in ${least}..${most}, got ${got}`);
  }
}

/**
 * Checks l.
 * @throws RangeError unless it is in 1..32.
 */
export function expectPlainBits(ringBits: number): void {
  expectRange('ringBits', ringBits, 1, 32);
}

/**
 * Checks that a buffer holds whole units.
 * @returns their number.
 * @throws RangeError otherwise.
 */
export function expectUnits(name: string, got: { readonly length: number }, unit: number): number {
  if (got.length % unit !== 0) throw new RangeError(`"${name}" expected a multiple of ${unit}, got ${got.length}`);
  return got.length / unit;
}

/**
 * Checks the key and index of a uniform polynomial.
 * @throws RangeError if one does not fit.
 */
export function expectUniform(key: Uint8Array, index: number): void {
  expectLength('key', key, 32);
  expectNatural('index', index, 2 ** 30);
}

/**
 * Checks the operands of an encryption.
 * @throws RangeError if a length does not fit.
 */
export function expectEncrypt(
  values: Int32Array,
  ringBits: number,
  error: Int32Array,
  a: Uint32Array,
  secret: Uint32Array,
): void {
  expectLength('values', values, polyDegree);
  expectPlainBits(ringBits);
  expectLength('error', error, polyDegree);
  expectLength('a', a, polyWords);
  expectLength('secret', secret, polyWords);
}

/**
 * Checks the operands of a sum of products.
 * @throws RangeError if a length does not fit.
 */
export function expectProducts(ciphertexts: Uint32Array, weights: Uint32Array, count: number, rows: number): void {
  expectRange('count', count, 0, MOST_PRODUCTS);
  expectNatural('rows', rows, 2 ** 20);
  expectLength('ciphertexts', ciphertexts, count * 2 * polyWords);
  expectLength('weights', weights, rows * count * polyWords);
}

/**
 * Checks the ciphertexts and the rows' lengths of a store's product, in polynomials.
 * @returns the number of products a sum.
 * @throws RangeError if one does not fit.
 */
export function expectStored(ciphertexts: Uint32Array, rows: readonly number[]): number {
  const count = expectUnits('ciphertexts', ciphertexts, 2 * polyWords);
  expectRange('count', count, 0, MOST_PRODUCTS);
  for (const row of rows) if (row !== count) throw new RangeError(`"rows" expected ${count} polynomials, got ${row}`);
  return count;
}

/**
 * Checks the limit of a store.
 * @throws RangeError if it is negative or no number.
 */
export function expectLimit(limitBytes: number): void {
  if (!(limitBytes >= 0)) throw new RangeError(`"limitBytes" expected a number of at least 0, got ${limitBytes}`);
}

/**
 * Checks a response's form.
 * @throws RangeError if a field is out of range or positions do not ascend.
 */
export function expectSpec(spec: ResponseSpec): void {
  expectPlainBits(spec.ringBits);
  expectRange('bits0', spec.bits0, 10, SWITCHED_BITS);
  expectRange('bits1', spec.bits1, 10, SWITCHED_BITS);
  let last = -1;
  for (const at of spec.positions) {
    if (at <= last || at >= polyDegree) {
      throw new RangeError(`"positions" expected ascending numbers below ${polyDegree}, got ${at} after ${last}`);
    }
    last = at;
  }
}

/**
 * Checks the operands of a response.
 * @throws RangeError if a length does not fit.
 */
export function expectRespond(
  sum: Uint32Array,
  publicKey: Uint32Array,
  secrets: ResponseSecrets,
  spec: ResponseSpec,
): void {
  expectSpec(spec);
  expectLength('sum', sum, 2 * polyWords);
  expectLength('publicKey', publicKey, 2 * polyWords);
  expectLength('ternary', secrets.ternary, polyDegree);
  expectLength('error', secrets.error, polyDegree);
  expectLength('masks', secrets.masks, spec.positions.length);
  expectLength('flood', secrets.flood, floodBytes * spec.positions.length);
  expectRange('floodBits', secrets.floodBits, 1, FLOOD_WORD_BITS - 1);
}

/**
 * Checks the operands of an opening.
 * @throws RangeError if a length does not fit.
 */
export function expectOpen(response: Uint8Array, secret: Uint32Array, spec: ResponseSpec): void {
  expectSpec(spec);
  expectLength('response', response, responseBytes(spec));
  expectLength('secret', secret, polyWords);
}
