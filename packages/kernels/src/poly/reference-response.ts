/**
 * Responses and their opening in plain TypeScript, coefficient by coefficient in big integers.
 * @module
 */
import {
  floodBytes,
  type PolynomialKernels,
  polyDegree,
  polyPrimes,
  polyWords,
  type ResponseSpec,
  responseBytes,
} from './contract.js';
import { expectOpen, expectRespond } from './expect.js';
import { inverse, multiply, referenceForward, referenceInverse, residue } from './reference-ntt.js';

const SWITCHED_BITS = 54n;
const primes = polyPrimes.map(BigInt);
const [p0 = 0n, p1 = 0n, p2 = 0n, p3 = 0n] = primes;
const q = p0 * p1 * p2 * p3;
const switched = p0 * p1;

/** round(a / b) for b > 0, halves up. */
function divideRound(a: bigint, b: bigint): bigint {
  const shifted = 2n * a + b;
  const rest = ((shifted % (2n * b)) + 2n * b) % (2n * b);
  return (shifted - rest) / (2n * b);
}

/** round(q · m / 2^l). */
export function encodePlain(m: number, ringBits: number): bigint {
  return divideRound(q * BigInt(m), 1n << BigInt(ringBits));
}

const idempotents = primes.map((p) => {
  const others = q / p;
  return others * BigInt(inverse(Number(others % p), Number(p)));
});

/** The number in [0, q) of the residues at `at`, `at` + 4096, … */
function composed(residues: Uint32Array, at: number): bigint {
  return idempotents.reduce((sum, e, k) => sum + e * BigInt(residues[k * polyDegree + at] ?? 0), 0n) % q;
}

/** The value modulo q as switched to p0 · p1: divided by p3, then by p2, rounding each time. */
function switchDown(value: bigint): bigint {
  return ((divideRound(divideRound(value, p3), p2) % switched) + switched) % switched;
}

/** Writes the upper bits of each value, rounded, without gaps. */
function packTop(values: readonly bigint[], bits: number, out: Uint8Array, from: number): void {
  const cut = SWITCHED_BITS - BigInt(bits);
  let held = 0n;
  let heldBits = 0;
  let at = from;
  for (const value of values) {
    held |= ((value + ((1n << cut) >> 1n)) >> cut) << BigInt(heldBits);
    for (heldBits += bits; heldBits >= 8; heldBits -= 8, held >>= 8n) out[at++] = Number(held & 255n);
  }
  if (heldBits > 0) out[at] = Number(held);
}

function unpackTop(bytes: Uint8Array, count: number, bits: number, from: number): bigint[] {
  const values: bigint[] = [];
  let held = 0n;
  let heldBits = 0;
  let at = from;
  for (let i = 0; i < count; i++) {
    for (; heldBits < bits; heldBits += 8) held |= BigInt(bytes[at++] ?? 0) << BigInt(heldBits);
    values.push((held & ((1n << BigInt(bits)) - 1n)) << (SWITCHED_BITS - BigInt(bits)));
    held >>= BigInt(bits);
    heldBits -= bits;
  }
  return values;
}

function floodAt(flood: Uint8Array, index: number, floodBits: number): bigint {
  let value = 0n;
  for (let byte = floodBytes - 1; byte >= 0; byte--) {
    value = (value << 8n) | BigInt(flood[floodBytes * index + byte] ?? 0);
  }
  const span = 1n << BigInt(floodBits);
  return (value & (2n * span - 1n)) - span;
}

/** See {@link PolynomialKernels.respond}. */
export const referenceRespond: PolynomialKernels['respond'] = (sum, publicKey, secrets, spec) => {
  expectRespond(sum, publicKey, secrets, spec);
  const halves = [0, 1].map((half) => sum.slice(half * polyWords, (half + 1) * polyWords));
  for (const [k, p] of polyPrimes.entries()) {
    const u = Uint32Array.from(secrets.ternary, (value) => residue(value, p));
    referenceForward(u, k);
    for (const [half, c] of halves.entries()) {
      const part = c.subarray(k * polyDegree, (k + 1) * polyDegree);
      for (let i = 0; i < polyDegree; i++) {
        const key = publicKey[half * polyWords + k * polyDegree + i] ?? 0;
        part[i] = ((part[i] ?? 0) + multiply(key, u[i] ?? 0, p)) % p;
      }
      referenceInverse(part, k);
    }
  }
  const [c0 = new Uint32Array(0), c1 = new Uint32Array(0)] = halves;
  const upper = Array.from(secrets.error, (error, i) => switchDown((composed(c1, i) + BigInt(error) + q) % q));
  const lower = Array.from(spec.positions, (position, i) => {
    const mask = encodePlain(-(secrets.masks[i] ?? 0) | 0, spec.ringBits);
    const value = composed(c0, position) + mask + floodAt(secrets.flood, i, secrets.floodBits);
    return switchDown(((value % q) + q) % q);
  });
  const out = new Uint8Array(responseBytes(spec));
  packTop(upper, spec.bits1, out, 0);
  packTop(lower, spec.bits0, out, (polyDegree / 8) * spec.bits1);
  return out;
};

/** c0 + c1 · s modulo p0 · p1 at the positions: 2^-l of it is the plaintext, the rest noise. For tests of the noise. */
export function referencePhase(response: Uint8Array, secret: Uint32Array, spec: ResponseSpec): bigint[] {
  expectOpen(response, secret, spec);
  const c1 = unpackTop(response, polyDegree, spec.bits1, 0);
  const c0 = unpackTop(response, spec.positions.length, spec.bits0, (polyDegree / 8) * spec.bits1);
  const products = [0, 1].map((k) => {
    const p = polyPrimes[k] ?? 0;
    const part = Uint32Array.from(c1, (value) => Number(value % BigInt(p)));
    referenceForward(part, k);
    for (let i = 0; i < polyDegree; i++) part[i] = multiply(part[i] ?? 0, secret[k * polyDegree + i] ?? 0, p);
    referenceInverse(part, k);
    return part;
  });
  const lift = BigInt(inverse(Number(p0 % p1), Number(p1)));
  return Array.from(spec.positions, (position, i) => {
    const [low = 0n, high = 0n] = products.map((part) => BigInt(part[position] ?? 0) + (c0[i] ?? 0n));
    const first = low % p0;
    return first + p0 * (((((high - first) % p1) + p1) * lift) % p1);
  });
}

/** See {@link PolynomialKernels.open}. */
export const referenceOpen: PolynomialKernels['open'] = (response, secret, spec) => {
  const scale = 2 ** spec.ringBits / Number(switched);
  const shift = 32 - spec.ringBits;
  const phases = referencePhase(response, secret, spec);
  return Int32Array.from(phases, (phase) => (Math.floor(Number(phase) * scale + 0.5) << shift) >> shift);
};
