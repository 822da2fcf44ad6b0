/**
 * The polynomial kernels in plain TypeScript.
 * @module
 */

import { expectLength } from '../expect.js';
import { referenceChacha } from '../reference/chacha.js';
import { type PolynomialKernels, polyBytes, polyDegree, polyPrimes, polyWords } from './contract.js';
import { expectEncrypt, expectProducts, expectUniform, expectUnits } from './expect.js';
import { multiply, referenceForward, referenceInverse, residue } from './reference-ntt.js';
import { encodePlain, referenceOpen, referenceRespond } from './reference-response.js';
import { referenceStore } from './reference-store.js';

const PRIME_BITS = 27;
const SAMPLE_BYTES = 8;
const ROUNDS = 12;
/** Words of keystream read for one prime at a time. */
const DRAWN_WORDS = 4608;

/** Applies `each` to the words of every prime of every polynomial. */
function eachPrime(values: Uint32Array, each: (words: Uint32Array, prime: number) => void): Uint32Array {
  for (let at = 0; at < values.length; at += polyDegree) {
    each(values.subarray(at, at + polyDegree), (at / polyDegree) % polyPrimes.length);
  }
  return values;
}

function uniformResidues(key: Uint8Array, nonce: number, p: number): number[] {
  const made: number[] = [];
  for (let counter = 0; made.length < polyDegree; counter += DRAWN_WORDS / 16) {
    const bytes = referenceChacha(key, counter, nonce, 4 * DRAWN_WORDS, ROUNDS);
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    for (let i = 0; i < DRAWN_WORDS && made.length < polyDegree; i++) {
      const word = view.getUint32(4 * i, true) % 2 ** PRIME_BITS;
      if (word < p) made.push(word);
    }
  }
  return made;
}

/** The low 21 bits' weight. */
function weight21(word: number): number {
  let weight = 0;
  for (let bit = 0; bit < 21; bit++) weight += (word >>> bit) & 1;
  return weight;
}

/** The plain implementation. Not constant-time: an oracle for tests, not for secrets. */
export const referencePolynomials: PolynomialKernels = {
  respond: referenceRespond,
  open: referenceOpen,

  uniform(key, index) {
    expectUniform(key, index);
    return Uint32Array.from(polyPrimes.flatMap((p, k) => uniformResidues(key, polyPrimes.length * index + k, p)));
  },

  ternary(stream) {
    expectLength('stream', stream, SAMPLE_BYTES * polyDegree);
    const view = new DataView(stream.buffer, stream.byteOffset, stream.length);
    return Int32Array.from(
      { length: polyDegree },
      (_, i) => Number((3n * view.getBigUint64(SAMPLE_BYTES * i, true)) >> 64n) - 1,
    );
  },

  binomial(stream) {
    expectLength('stream', stream, SAMPLE_BYTES * polyDegree);
    const view = new DataView(stream.buffer, stream.byteOffset, stream.length);
    const weight = (at: number): number => weight21(view.getUint32(at, true));
    return Int32Array.from({ length: polyDegree }, (_, i) => weight(8 * i) - weight(8 * i + 4));
  },

  transform(values) {
    const count = expectUnits('values', values, polyDegree);
    const out = new Uint32Array(count * polyWords);
    return eachPrimeOf(out, values);
  },

  restore(values) {
    expectUnits('values', values, polyWords);
    return eachPrime(values.slice(), referenceInverse);
  },

  encrypt(values, ringBits, error, a, secret) {
    expectEncrypt(values, ringBits, error, a, secret);
    const plain = Array.from(values, (value, i) => encodePlain(value, ringBits) + BigInt(error[i] ?? 0));
    const out = Uint32Array.from(
      polyPrimes.flatMap((p) => plain.map((value) => residue(Number(value % BigInt(p)), p))),
    );
    eachPrime(out, referenceForward);
    return out.map((word, i) => {
      const p = polyPrimes[Math.floor(i / polyDegree)] ?? 0;
      return (word + p - multiply(a[i] ?? 0, secret[i] ?? 0, p)) % p;
    });
  },

  pack(values) {
    const count = expectUnits('values', values, polyWords);
    const out = new Uint8Array(count * polyBytes);
    for (let bit = 0; bit < PRIME_BITS * values.length; bit++) {
      const set = ((values[Math.floor(bit / PRIME_BITS)] ?? 0) >>> (bit % PRIME_BITS)) & 1;
      out[bit >> 3] = (out[bit >> 3] ?? 0) | (set << (bit & 7));
    }
    return out;
  },

  unpack(bytes) {
    const count = expectUnits('bytes', bytes, polyBytes);
    const out = new Uint32Array(count * polyWords);
    for (let bit = 0; bit < 8 * bytes.length; bit++) {
      const set = ((bytes[bit >> 3] ?? 0) >>> (bit & 7)) & 1;
      const word = Math.floor(bit / PRIME_BITS);
      out[word] = (out[word] ?? 0) | (set << (bit % PRIME_BITS));
    }
    const fits = out.every((word, i) => word < (polyPrimes[Math.floor(i / polyDegree) % polyPrimes.length] ?? 0));
    return fits ? out : null;
  },

  multiplyAccumulate(ciphertexts, weights, count, rows) {
    expectProducts(ciphertexts, weights, count, rows);
    const out = new Uint32Array(rows * 2 * polyWords);
    for (let i = 0; i < out.length; i++) {
      const word = i % polyWords;
      const half = Math.floor(i / polyWords) % 2;
      const row = Math.floor(i / (2 * polyWords));
      const p = polyPrimes[Math.floor(word / polyDegree)] ?? 0;
      let sum = 0;
      for (let j = 0; j < count; j++) {
        const c = ciphertexts[(2 * j + half) * polyWords + word] ?? 0;
        sum = (sum + multiply(c, weights[(row * count + j) * polyWords + word] ?? 0, p)) % p;
      }
      out[i] = sum;
    }
    return out;
  },

  newStore: (limitBytes) => referenceStore(referencePolynomials, limitBytes),
};

/** Transforms signed coefficients, prime after prime. */
function eachPrimeOf(out: Uint32Array, values: Int32Array): Uint32Array {
  for (let i = 0; i < out.length; i++) {
    const polynomial = Math.floor(i / polyWords);
    const p = polyPrimes[Math.floor(i / polyDegree) % polyPrimes.length] ?? 0;
    out[i] = residue(values[polynomial * polyDegree + (i % polyDegree)] ?? 0, p);
  }
  return eachPrime(out, referenceForward);
}
