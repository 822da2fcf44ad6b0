/**
 * Arithmetic modulo the primes and the transform, in plain numbers.
 * @module
 */
import { polyDegree, polyPrimes, polyRoots } from './contract.js';

const SPLIT = 2 ** 14;
const LOG_DEGREE = Math.log2(polyDegree);

/** a · b mod p for a, b < 2^27: no product exceeds 2^53. */
export function multiply(a: number, b: number, p: number): number {
  const high = (a * Math.floor(b / SPLIT)) % p;
  return (high * SPLIT + a * (b % SPLIT)) % p;
}

/** base^exponent mod p. */
export function power(base: number, exponent: number, p: number): number {
  let result = 1;
  let square = base % p;
  for (let e = exponent; e > 0; e = Math.floor(e / 2)) {
    if (e % 2 === 1) result = multiply(result, square, p);
    square = multiply(square, square, p);
  }
  return result;
}

/** a^-1 mod p. */
export function inverse(a: number, p: number): number {
  return power(a % p, p - 2, p);
}

/** The residue of an integer, in [0, p). */
export function residue(value: number, p: number): number {
  const rest = value % p;
  return rest < 0 ? rest + p : rest;
}

/** The twelve bits of `i` in reversed order. */
export function reversed(i: number): number {
  let out = 0;
  for (let bit = 0; bit < LOG_DEGREE; bit++) out |= ((i >> bit) & 1) << (LOG_DEGREE - 1 - bit);
  return out;
}

/** Entry brv(i) is root^i. */
function powersOf(root: number, p: number): Float64Array {
  const table = new Float64Array(polyDegree);
  let value = 1;
  for (let i = 0; i < polyDegree; i++) {
    table[reversed(i)] = value;
    value = multiply(value, root, p);
  }
  return table;
}

const tables = new Map<number, { readonly forward: Float64Array; readonly backward: Float64Array }>();

function tablesOf(prime: number): { readonly forward: Float64Array; readonly backward: Float64Array } {
  const known = tables.get(prime);
  if (known !== undefined) return known;
  const p = polyPrimes[prime] ?? 0;
  const root = polyRoots[prime] ?? 0;
  const made = { forward: powersOf(root, p), backward: powersOf(inverse(root, p), p) };
  tables.set(prime, made);
  return made;
}

/**
 * Transforms residues of one prime in place.
 * Source: Longa and Naehrig, eprint 2016/504, algorithm 1.
 */
export function referenceForward(a: Uint32Array, prime: number): void {
  const p = polyPrimes[prime] ?? 0;
  const { forward } = tablesOf(prime);
  for (let m = 1, t = polyDegree / 2; m < polyDegree; m *= 2, t /= 2) {
    for (let i = 0; i < m; i++) {
      for (let j = 2 * i * t; j < 2 * i * t + t; j++) {
        const x = a[j] ?? 0;
        const y = multiply(a[j + t] ?? 0, forward[m + i] ?? 0, p);
        a[j] = (x + y) % p;
        a[j + t] = (x + p - y) % p;
      }
    }
  }
}

/**
 * Inverse of {@link referenceForward}, in place.
 * Source: Longa and Naehrig, eprint 2016/504, algorithm 2.
 */
export function referenceInverse(a: Uint32Array, prime: number): void {
  const p = polyPrimes[prime] ?? 0;
  const { backward } = tablesOf(prime);
  for (let m = polyDegree / 2, t = 1; m >= 1; m /= 2, t *= 2) {
    for (let i = 0; i < m; i++) {
      for (let j = 2 * i * t; j < 2 * i * t + t; j++) {
        const x = a[j] ?? 0;
        const y = a[j + t] ?? 0;
        a[j] = (x + y) % p;
        a[j + t] = multiply((x + p - y) % p, backward[m + i] ?? 0, p);
      }
    }
  }
  const scale = inverse(polyDegree, p);
  for (let i = 0; i < polyDegree; i++) a[i] = multiply(a[i] ?? 0, scale, p);
}
