import assert from 'node:assert/strict';
import { test } from 'node:test';
import { noiseTerms, RlweClient, RlweServer, truncationNoise } from '@relent/crypto';
import { polyDegree, polyPrimes, polyWords, type ResponseSpec, referencePhase } from '@relent/kernels';
import { integers, kernels, randomOf } from '../linear/geometries.js';

const n = polyDegree;
const poly = kernels.poly;
const q = polyPrimes.reduce((product, p) => product * BigInt(p), 1n);
const switched = BigInt(polyPrimes[0]) * BigInt(polyPrimes[1]);

function parties(seed: number) {
  const client = new RlweClient(kernels, randomOf(seed));
  const server = new RlweServer(kernels, randomOf(seed + 1), client.hello(), 'test');
  return { client, server };
}

const variance = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value * value, 0) / values.length;

/** Signed distance of `value` from `center` modulo `modulus`. */
function distance(value: bigint, center: bigint, modulus: bigint): number {
  const off = (((value - center) % modulus) + modulus) % modulus;
  return Number(off > modulus / 2n ? off - modulus : off);
}

/** c0 + c1 · s modulo q, coefficient by coefficient. */
function phases(sum: Uint32Array, secret: Uint32Array): bigint[] {
  const second = new Uint32Array(2 * polyWords);
  second.set(sum.subarray(polyWords));
  const product = poly.multiplyAccumulate(second, secret, 1, 1);
  const total = new Uint32Array(polyWords);
  for (let i = 0; i < polyWords; i++) total[i] = (sum[i]! + product[i]!) % polyPrimes[Math.floor(i / n)]!;
  const residues = poly.restore(total);
  const lifts = polyPrimes.map((prime) => {
    const p = BigInt(prime);
    const others = q / p;
    let inverse = 1n;
    for (let e = p - 2n, base = others % p; e > 0n; e >>= 1n, base = (base * base) % p) {
      if (e & 1n) inverse = (inverse * base) % p;
    }
    return others * inverse;
  });
  return Array.from(
    { length: n },
    (_, i) => lifts.reduce((value, lift, k) => value + lift * BigInt(residues[k * n + i]!), 0n) % q,
  );
}

test('the noise of a product has the variance of the formula', () => {
  const { client, server } = parties(3);
  const w = new Int32Array(n);
  w.set(integers(600, 8, 4), 1000);
  const square = w.reduce((sum, value) => sum + value * value, 0);
  const ciphertexts = server.read(client.request(new Int32Array(n), 32), 1, 'test');
  const sum = poly.multiplyAccumulate(ciphertexts, poly.transform(w), 1, 1);
  const noise = phases(sum, client.insecureSecret).map((phase) => distance(phase, 0n, q));
  // Encryptions of zero: nothing is rounded.
  const expected = 10.5 * square;
  assert.ok(Math.abs(variance(noise) / expected - 1) < 0.2, `${variance(noise)} against ${expected}`);
  const bound = noiseTerms({ ringBits: 32, squaredNorm: square, values: 1 });
  assert.ok(Math.max(...noise.map(Math.abs)) < 9.5 * bound.deviation);
});

const times = (ciphertext: Uint32Array, plain: Int32Array): Uint32Array =>
  poly.multiplyAccumulate(ciphertext, poly.transform(plain), 1, 1);

/** Noise of responses after switching and truncation, in units of Z_{p0 · p1}. */
function responseNoise(spec: ResponseSpec, floodBits: number, seed: number): number[] {
  const { client, server } = parties(seed);
  const x = integers(n, spec.ringBits, seed);
  const ciphertexts = server.read(client.request(x, spec.ringBits), 1, 'test');
  const one = new Int32Array(n);
  one[0] = 1;
  const { message, masks } = server.respond(times(ciphertexts, one), spec, floodBits);
  const unit = 1n << BigInt(spec.ringBits);
  return referencePhase(message, client.insecureSecret, spec).map((phase, i) => {
    const plain = BigInt.asUintN(spec.ringBits, BigInt(x[spec.positions[i]!]! - masks[i]!));
    return distance(phase * unit, plain * switched, switched * unit) / Number(unit);
  });
}

test('switching, flooding and truncation add the variances of the formula', () => {
  const positions = Uint32Array.from({ length: n }, (_, i) => i);
  const spec = (bits0: number, bits1: number): ResponseSpec => ({ ringBits: 20, positions, bits0, bits1 });
  const weight = (n * 2) / 3;
  for (const [name, widths, floodBits, expected] of [
    ['rounding', spec(54, 54), 20, (weight + 1) / 12],
    ['flooding', spec(54, 54), 80, 2 ** 52 / 3],
    ['c0', spec(44, 54), 20, 2 ** 20 / 12 + weight / 12],
    ['c1', spec(54, 44), 20, (2 ** 20 * weight) / 12],
  ] as const) {
    const got = variance(responseNoise(widths, floodBits, 5));
    assert.ok(Math.abs(got / expected - 1) < 0.15, `${name}: ${got} against ${expected}`);
  }
});

test('opening is right up to the limit of the noise, and wrong beyond', () => {
  const spec: ResponseSpec = {
    ringBits: 32,
    positions: Uint32Array.from({ length: n }, (_, i) => i),
    bits0: 54,
    bits1: 54,
  };
  const { limit } = noiseTerms({ ringBits: 32, squaredNorm: 1, values: 1 });
  // 2^74 before switching is half the limit, 2^75 the limit, 2^76 beyond it.
  const worst = (floodBits: number) => Math.max(...responseNoise(spec, floodBits, 8).map(Math.abs));
  const half = worst(74);
  assert.ok(half > 0.49 * limit && half < 0.52 * limit, `${half / limit}`);
  const { client, server } = parties(9);
  const x = integers(n, 32, 10);
  const wrong = (floodBits: number, form: ResponseSpec): number => {
    const fresh = server.read(client.request(x, 32), 1, 'test');
    const one = new Int32Array(n);
    one[0] = 1;
    const { message, masks } = server.respond(times(fresh, one), form, floodBits);
    return client.open(message, form, 'test').filter((value, i) => value !== ((x[i]! - masks[i]!) | 0)).length;
  };
  assert.equal(wrong(74, spec), 0);
  // The largest truncation that the budget admits beside this flooding.
  const left = limit * 0.49;
  let bits1 = 54;
  while (truncationNoise(36, bits1 - 1) < left) bits1--;
  assert.ok(bits1 < 45);
  assert.equal(wrong(74, { ...spec, bits0: 36, bits1 }), 0);
  assert.ok(wrong(76, spec) > 0);
});

test('floods are wide enough for a distance of 2^-40 a layer', () => {
  for (const values of [1, 100, 65536, 2 ** 20]) {
    const { deviation, floodBits } = noiseTerms({ ringBits: 32, squaredNorm: 1e6, values });
    assert.ok((values * deviation) / 2 ** (floodBits + 1) <= 2 ** -40);
    assert.ok((values * deviation) / 2 ** floodBits > 2 ** -40 / 2);
  }
});
