/**
 * Parameters of the encryption: BFV-like, symmetric, ring dimension 4096, four primes of 27 bits.
 *
 * Security: ring-LWE with ternary secret, n = 4096, log2 q < 108, error variance 10.5: above 128 bits by the tables of
 *           the HomomorphicEncryption.org standard (2018), which allow q up to 2^109 at this n.
 * @module
 */
import { polyDegree, polyPrimes } from '@relent/kernels';

/** Bytes of the seed of all second halves. */
export const SEED_BYTES = 32;

/** Variance of a coefficient of an error polynomial, and its variance proxy. SECURITY. */
export const ERROR_VARIANCE = 10.5;

/** Statistical security of the server's weights, per layer: the distance is below 2^-40. SECURITY. */
export const STATISTICAL_BITS = 40;

/** Deviations that a tail is cut at: 2 · exp(−t² / 2) is below 2^-64. AGREEMENT. */
export const TAIL = 9.5;

/** Most coefficients of a ternary secret that are not zero, except with probability below 2^-80. */
export const SECRET_WEIGHT = (3 * polyDegree) / 4;

/** Bits of p0 · p1, rounded up: responses keep upper bits of these. */
export const SWITCHED_BITS = 54;

/** p0 · p1, the modulus of a response, as a double. */
export const SWITCHED_MODULUS = polyPrimes[0] * polyPrimes[1];

/** p2 · p3, what switching divides by, as a double. */
export const SWITCH_DIVISOR = polyPrimes[2] * polyPrimes[3];
