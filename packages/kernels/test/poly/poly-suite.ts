/** One suite for every implementation of the polynomial kernels. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  floodBytes,
  type PolynomialKernels,
  polyBytes,
  polyDegree,
  polyPrimes,
  polyRoots,
  polyWords,
  type ResponseSecrets,
  type ResponseSpec,
  referenceChacha,
  referenceKernels,
  referencePhase,
  responseBytes,
} from '@relent/kernels';

const n = polyDegree;
const q = polyPrimes.reduce((product, p) => product * BigInt(p), 1n);

const stream = (length: number, seed: number): Uint8Array => {
  const key = new Uint8Array(32);
  new DataView(key.buffer).setUint32(0, seed, true);
  return referenceChacha(key, 0, 1, length, 8);
};
const words = (length: number, seed: number): Int32Array => new Int32Array(stream(4 * length, seed).buffer);
/** Signed integers of `bits` bits. */
const signed = (length: number, bits: number, seed: number): Int32Array =>
  words(length, seed).map((word) => word >> (32 - bits));
const residues = (count: number, seed: number): Uint32Array =>
  new Uint32Array(stream(4 * count * polyWords, seed).buffer).map(
    (word, i) => word % polyPrimes[Math.floor(i / n) % 4]!,
  );

/** a · b modulo X^4096 + 1, for a sparse b. */
function negacyclic(a: Int32Array, b: Int32Array): bigint[] {
  const out = new Array<bigint>(n).fill(0n);
  for (const [j, y] of b.entries()) {
    if (y === 0) continue;
    for (const [i, x] of a.entries()) {
      const k = (i + j) % n;
      const term = BigInt(x) * BigInt(y);
      out[k]! += i + j < n ? term : -term;
    }
  }
  return out;
}

function evaluate(a: Int32Array, prime: number, at: number): bigint {
  const p = BigInt(polyPrimes[prime]!);
  let reversed = 0;
  for (let bit = 0; bit < 12; bit++) reversed |= ((at >> bit) & 1) << (11 - bit);
  let point = 1n;
  for (let e = 0; e < 2 * reversed + 1; e++) point = (point * BigInt(polyRoots[prime]!)) % p;
  let value = 0n;
  for (let i = n - 1; i >= 0; i--) value = (value * point + BigInt(a[i]!)) % p;
  return (value + p) % p;
}

const spec = (ringBits: number, positions: Iterable<number>, bits0 = 34, bits1 = 42): ResponseSpec => ({
  ringBits,
  positions: Uint32Array.from(positions),
  bits0,
  bits1,
});

const secretsOf = (poly: PolynomialKernels, count: number, floodBits: number, seed: number): ResponseSecrets => ({
  ternary: poly.ternary(stream(8 * n, seed)),
  error: poly.binomial(stream(8 * n, seed + 1)),
  masks: words(count, seed + 2),
  flood: stream(floodBytes * count, seed + 3),
  floodBits,
});

/** Tests an implementation against definitions and the reference. */
export function polySuite(poly: PolynomialKernels, name: string): void {
  const reference = referenceKernels.poly;

  describe(`${name} polynomials`, () => {
    test('the primes are 1 modulo 8192, distinct, below 2^27, and q is at most 2^109', () => {
      assert.equal(new Set(polyPrimes).size, 4);
      for (const p of polyPrimes) assert.ok(p % 8192 === 1 && p < 2 ** 27);
      assert.ok(q < 1n << 109n);
    });

    test('a transform holds the values at the odd powers of ψ', () => {
      const a = words(n, 1);
      a.set([0, -1, 1, -(2 ** 31), 2 ** 31 - 1]);
      const transformed = poly.transform(a);
      for (let prime = 0; prime < 4; prime++) {
        for (const at of [0, 1, 2, 3, 5, 1000, 2048, 4095]) {
          assert.equal(BigInt(transformed[prime * n + at]!), evaluate(a, prime, at));
        }
      }
    });

    test('transform and restore agree with the reference and undo each other', () => {
      const a = words(2 * n, 2);
      const transformed = poly.transform(a);
      assert.deepEqual(transformed, reference.transform(a));
      const restored = poly.restore(transformed);
      for (let i = 0; i < restored.length; i++) {
        const p = polyPrimes[Math.floor(i / n) % 4]!;
        const value = a[Math.floor(i / polyWords) * n + (i % n)]!;
        assert.equal(restored[i], ((value % p) + p) % p);
      }
      const largest = Uint32Array.from({ length: polyWords }, (_, i) => polyPrimes[Math.floor(i / n)]! - 1);
      assert.deepEqual(poly.restore(largest), reference.restore(largest));
    });

    test('products of transforms are negacyclic convolutions', () => {
      const a = signed(n, 31, 3);
      const b = new Int32Array(n);
      for (const [i, at] of [0, 1, 77, 2048, 4000, 4095].entries()) b[at] = (i % 2 === 0 ? 1 : -1) * (2 ** 31 - 1 - i);
      const ciphertext = new Uint32Array(2 * polyWords);
      ciphertext.set(poly.transform(a));
      const product = poly.multiplyAccumulate(ciphertext, poly.transform(b), 1, 1).subarray(0, polyWords);
      const got = poly.restore(product);
      for (const [i, value] of negacyclic(a, b).entries()) {
        for (const [k, prime] of polyPrimes.entries()) {
          const p = BigInt(prime);
          assert.equal(BigInt(got[k * n + i]!), ((value % p) + p) % p);
        }
      }
    });

    test('sums of products agree with the reference, for several rows and none', () => {
      const ciphertexts = residues(2 * 3, 4);
      const weights = residues(2 * 3, 5);
      assert.deepEqual(
        poly.multiplyAccumulate(ciphertexts, weights, 3, 2),
        reference.multiplyAccumulate(ciphertexts, weights, 3, 2),
      );
      assert.deepEqual(
        poly.multiplyAccumulate(new Uint32Array(0), new Uint32Array(0), 0, 1),
        new Uint32Array(2 * polyWords),
      );
    });

    test('a store multiplies with what it keeps and with what it does not', () => {
      const ciphertexts = residues(2 * 3, 4);
      const rows = [signed(3 * n, 31, 5), signed(3 * n, 8, 6), signed(3 * n, 3, 7)];
      const expected = reference.multiplyAccumulate(
        ciphertexts,
        Uint32Array.from(rows.flatMap((row) => [...reference.transform(row)])),
        3,
        3,
      );
      const limit = 6 * 4 * polyWords + 1;
      const store = poly.newStore(limit);
      const first = store.keep(rows[0]!)!;
      const second = store.keep(rows[1]!)!;
      assert.equal(store.keep(rows[2]!), null);
      assert.equal(store.bytes, limit - 1);
      assert.deepEqual(store.multiplyAccumulate(ciphertexts, [first, second, rows[2]!]), expected);
      assert.deepEqual(
        store.multiplyAccumulate(ciphertexts, [second]),
        expected.subarray(2 * polyWords, 4 * polyWords),
      );
      assert.throws(() => store.multiplyAccumulate(ciphertexts, [first, rows[2]!.subarray(0, n)]), {
        name: 'RangeError',
        message: '"rows" expected 3 polynomials, got 1',
      });
      assert.throws(() => poly.newStore(limit).multiplyAccumulate(ciphertexts, [first]), {
        name: 'RangeError',
        message: '"rows" expected polynomials of this store, got others',
      });
      assert.throws(() => poly.newStore(-1), /^RangeError: "limitBytes" expected a number of at least 0, got -1$/);
    });

    test('1024 products of the largest residues do not overflow', () => {
      const largest = Uint32Array.from({ length: polyWords }, (_, i) => polyPrimes[Math.floor(i / n)]! - 1);
      const count = name === 'wasm' ? 1024 : 3;
      const ciphertexts = new Uint32Array(count * 2 * polyWords);
      const weights = new Uint32Array(count * polyWords);
      for (let at = 0; at < ciphertexts.length; at += polyWords) ciphertexts.set(largest, at);
      for (let at = 0; at < weights.length; at += polyWords) weights.set(largest, at);
      assert.ok(poly.multiplyAccumulate(ciphertexts, weights, count, 1).every((word) => word === count));
    });

    test('uniform polynomials come from the key and the index, and fill the primes', () => {
      const key = stream(32, 6);
      const got = poly.uniform(key, 5);
      assert.deepEqual(got, reference.uniform(key, 5));
      assert.notDeepEqual(got, poly.uniform(key, 6));
      assert.ok(got.every((word, i) => word < polyPrimes[Math.floor(i / n)]!));
      const buckets = new Float64Array(64);
      for (let i = 0; i < polyWords; i++) buckets[Math.floor((64 * got[i]!) / polyPrimes[Math.floor(i / n)]!)]!++;
      const expected = polyWords / 64;
      const chi = buckets.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
      assert.ok(chi < 63 + 6 * Math.sqrt(126), `chi-square ${chi}`);
    });

    test('ternary and binomial samples have their distributions', () => {
      const ternary = poly.ternary(stream(8 * n, 7));
      assert.deepEqual(ternary, reference.ternary(stream(8 * n, 7)));
      for (const value of [-1, 0, 1]) {
        const count = ternary.filter((sample) => sample === value).length;
        assert.ok(Math.abs(count - n / 3) < 6 * Math.sqrt((n * 2) / 9), `${value}: ${count}`);
      }
      const binomial = poly.binomial(stream(8 * n, 8));
      assert.deepEqual(binomial, reference.binomial(stream(8 * n, 8)));
      const variance = binomial.reduce((sum, value) => sum + value * value, 0) / n;
      const mean = binomial.reduce((sum, value) => sum + value, 0) / n;
      assert.ok(Math.abs(variance - 10.5) < 6 * 10.5 * Math.sqrt(2 / n), `variance ${variance}`);
      assert.ok(Math.abs(mean) < 6 * Math.sqrt(10.5 / n), `mean ${mean}`);
      assert.equal(poly.ternary(new Uint8Array(8 * n).fill(255))[0], 1);
      assert.equal(poly.ternary(new Uint8Array(8 * n))[0], -1);
    });

    test('packing keeps residues and refuses others', () => {
      const values = residues(2, 9);
      const bytes = poly.pack(values);
      assert.equal(bytes.length, 2 * polyBytes);
      assert.deepEqual(bytes, reference.pack(values));
      assert.deepEqual(poly.unpack(bytes), values);
      values[polyWords + 2 * n] = polyPrimes[2];
      assert.equal(poly.unpack(reference.pack(values)), null);
    });

    test('encryption agrees with the reference at every l', () => {
      const a = residues(1, 10);
      const secret = poly.transform(poly.ternary(stream(8 * n, 11)));
      const error = poly.binomial(stream(8 * n, 12));
      for (const ringBits of [1, 8, 20, 31, 32]) {
        const values = signed(n, ringBits, 13);
        values[0] = (2 ** 31) >> (32 - ringBits);
        assert.deepEqual(
          poly.encrypt(values, ringBits, error, a, secret),
          reference.encrypt(values, ringBits, error, a, secret),
        );
      }
    });

    test('responses and their opening agree with the reference, byte for byte', () => {
      const secret = poly.transform(poly.ternary(stream(8 * n, 14)));
      const [sum, key] = [residues(2, 16), residues(2, 17)];
      for (const [floodBits, form] of [
        [70, spec(32, [0, 1, 2, 4095])],
        [
          31,
          spec(
            20,
            Array.from({ length: 99 }, (_, i) => 41 * i),
            33,
            54,
          ),
        ],
        [95, spec(32, [], 10, 41)],
        [
          63,
          spec(
            25,
            Array.from({ length: n }, (_, i) => i),
            54,
            43,
          ),
        ],
        [5, spec(8, [7], 10, 10)],
      ] as const) {
        const secrets = secretsOf(reference, form.positions.length, floodBits, 15 + floodBits);
        const bytes = poly.respond(sum, key, secrets, form);
        assert.equal(bytes.length, responseBytes(form));
        if (name === 'reference') continue;
        assert.deepEqual(bytes, reference.respond(sum, key, secrets, form));
        assert.deepEqual(poly.open(bytes, secret, form), reference.open(bytes, secret, form));
      }
    });

    test('what is encrypted, multiplied, masked and opened is the product minus the mask', () => {
      const seed = stream(32, 20);
      const secret = poly.transform(poly.ternary(stream(8 * n, 21)));
      const pair = (values: Int32Array, ringBits: number, index: number) => {
        const out = new Uint32Array(2 * polyWords);
        const a = poly.uniform(seed, index);
        out.set(poly.encrypt(values, ringBits, poly.binomial(stream(8 * n, 22 + index)), a, secret));
        out.set(a, polyWords);
        return out;
      };
      for (const [ringBits, bits0, bits1] of [
        [32, 35, 42],
        [20, 24, 31],
      ] as const) {
        const key = pair(new Int32Array(n), 32, 0);
        const x = signed(n, ringBits, 30);
        const w = new Int32Array(n);
        for (let i = 0; i < 9; i++) w[i * 451] = 100 - 25 * i;
        const form = spec(
          ringBits,
          Array.from({ length: 512 }, (_, i) => 8 * i),
          bits0,
          bits1,
        );
        const secrets = secretsOf(poly, 512, 102 - ringBits, 31);
        const sum = poly.multiplyAccumulate(pair(x, ringBits, 1), poly.transform(w), 1, 1);
        const bytes = poly.respond(sum, key, secrets, form);
        const product = negacyclic(x, w);
        const expected = Int32Array.from(form.positions, (at, i) =>
          Number(BigInt.asIntN(ringBits, product[at]! - BigInt(secrets.masks[i]!))),
        );
        assert.deepEqual(poly.open(bytes, secret, form), expected);
        // The noise stays far from half a unit of the plaintext.
        const switched = BigInt(polyPrimes[0]) * BigInt(polyPrimes[1]);
        const worst = referencePhase(bytes, secret, form).reduce((most, phase, i) => {
          const exact = (BigInt.asUintN(ringBits, BigInt(expected[i]!)) * switched) >> BigInt(ringBits);
          const off =
            Number((((phase - exact + switched / 2n) % switched) + switched) % switched) - Number(switched / 2n);
          return Math.max(most, Math.abs(off));
        }, 0);
        assert.ok(worst < 0.45 * Number(switched) * 2 ** -ringBits, `${worst}`);
      }
    });

    test('refuse operands that do not fit', () => {
      const form = spec(32, [3, 4]);
      const zero = new Uint32Array(2 * polyWords);
      const secrets = secretsOf(reference, 2, 70, 1);
      const cases: readonly (readonly [() => unknown, RegExp])[] = [
        [() => poly.uniform(new Uint8Array(31), 0), /^"key" expected length 32, got 31$/],
        [() => poly.uniform(new Uint8Array(32), 2 ** 30), /^"index" expected a natural number below/],
        [() => poly.ternary(new Uint8Array(8)), /^"stream" expected length 32768, got 8$/],
        [() => poly.transform(new Int32Array(5)), /^"values" expected a multiple of 4096, got 5$/],
        [() => poly.restore(new Uint32Array(n)), /^"values" expected a multiple of 16384, got 4096$/],
        [() => poly.unpack(new Uint8Array(27)), /^"bytes" expected a multiple of 55296, got 27$/],
        [() => poly.multiplyAccumulate(zero, zero, 1025, 1), /^"count" expected an integer in 0..1024, got 1025$/],
        [() => poly.multiplyAccumulate(zero, zero, 1, 1), /^"weights" expected length 16384, got 32768$/],
        [
          () => poly.respond(zero, zero, secrets, spec(33, [3, 4])),
          /^"ringBits" expected an integer in 1..32, got 33$/,
        ],
        [() => poly.respond(zero, zero, secrets, spec(32, [4, 4])), /^"positions" expected ascending numbers/],
        [() => poly.respond(zero, zero, secrets, spec(32, [4, 4096])), /^"positions" expected ascending numbers/],
        [() => poly.respond(zero, zero, secrets, spec(32, [3])), /^"masks" expected length 1, got 2$/],
        [() => poly.respond(zero, zero, { ...secrets, floodBits: 96 }, form), /^"floodBits" expected an integer/],
        [() => poly.open(new Uint8Array(7), zero, form), /^"response" expected length 21513, got 7$/],
        [() => poly.open(new Uint8Array(21513), zero, form), /^"secret" expected length 16384, got 32768$/],
      ];
      for (const [call, message] of cases) assert.throws(call, { name: 'RangeError', message });
    });
  });
}
