/**
 * The kernels of ring learning with errors: polynomials of Z_q[X] / (X^4096 + 1) by their residues modulo four primes.
 *
 * A polynomial takes 4 × 4096 words, prime after prime, each canonical (below its prime). Transformed, word j of prime p
 * is the value at ψ^(2 · brv(j) + 1), brv the reversal of 12 bits and ψ the prime's root of {@link polyRoots}; products
 * of transformed polynomials are pointwise. Plaintexts m of Z_2^l stand in Z_q as round(q · m / 2^l).
 * @module
 */

/** Coefficients of a polynomial. SECURITY. */
export const polyDegree = 4096;

/** The primes, 1 modulo 8192 and just below 2^27; q is their product. SECURITY and AGREEMENT. */
export const polyPrimes: readonly [number, number, number, number] = [134176769, 134111233, 134012929, 133963777];

/** A primitive 8192nd root of unity of each prime. AGREEMENT. */
export const polyRoots: readonly [number, number, number, number] = [51707741, 133095912, 89697661, 19581179];

/** Words of a polynomial. */
export const polyWords = polyDegree * polyPrimes.length;

/** Bytes of a packed polynomial: 27 bits a residue. */
export const polyBytes = (polyWords * 27) / 8;

/** Bytes of flooding noise for one position. */
export const floodBytes = 12;

/** The form of a response: public, both parties must agree. */
export interface ResponseSpec {
  /** l of the plaintexts, 1 … 32. */
  readonly ringBits: number;
  /** Ascending coefficients whose plaintexts the receiver gets; at most 4096. */
  readonly positions: Uint32Array;
  /** Upper bits, of 54, that are sent of a coefficient of c0. */
  readonly bits0: number;
  /** Upper bits, of 54, that are sent of a coefficient of c1. */
  readonly bits1: number;
}

/** What the sender of a response draws; all secret. */
export interface ResponseSecrets {
  /** [4096] ternary polynomial of the encryption of zero. */
  readonly ternary: Int32Array;
  /** [4096] error polynomial of the encryption of zero. */
  readonly error: Int32Array;
  /** [positions]: subtracted from the plaintexts. */
  readonly masks: Int32Array;
  /** [positions × 12] uniform bytes. */
  readonly flood: Uint8Array;
  /** The flooding noise is uniform in [−2^floodBits, 2^floodBits); 1 … 95. */
  readonly floodBits: number;
}

/** Bytes of a response. */
export function responseBytes(spec: ResponseSpec): number {
  return (polyDegree / 8) * spec.bits1 + Math.ceil((spec.positions.length * spec.bits0) / 8);
}

declare const kept: unique symbol;

/** Plaintexts that a {@link PolynomialStore} holds; of use to that store alone. */
export interface KeptPolynomials {
  readonly [kept]: true;
}

/** Transformed plaintexts that stay where products read them, so that they are never copied. */
export interface PolynomialStore {
  /** Bytes of plaintexts held, at most the limit. */
  readonly bytes: number;

  /**
   * Transforms and holds polynomials.
   * @param values - [count × 4096], small.
   * @returns null if there is no room for them.
   */
  keep(values: Int32Array): KeptPolynomials | null;

  /**
   * Sums of products of ciphertexts with plaintexts, as `multiplyAccumulate`.
   * @param ciphertexts - [count × 2 × 4 × 4096]; at most 1024.
   * @param rows - plaintexts of each sum: kept ones, or coefficients [count × 4096] to be transformed for this product.
   * @returns [rows × 2 × 4 × 4096].
   * @throws RangeError if a row has another count than the ciphertexts.
   */
  multiplyAccumulate(ciphertexts: Uint32Array, rows: readonly (KeptPolynomials | Int32Array)[]): Uint32Array;
}

/** The polynomial kernels; see the module comment for the forms of polynomials. */
export interface PolynomialKernels {
  /**
   * A public uniform polynomial in transformed form: prime k takes from the ChaCha12 keystream of `key` with nonce
   * 4 · index + k the 32-bit words whose low 27 bits are below the prime.
   * @param key - [32] used for nothing else.
   * @param index - below 2^30.
   */
  uniform(key: Uint8Array, index: number): Uint32Array;

  /**
   * [4096] uniform in {−1, 0, 1} up to a distance below 2^-50 in all: floor(3u / 2^64) − 1 for 64-bit words u.
   * @param stream - [8 × 4096] uniform bytes.
   */
  ternary(stream: Uint8Array): Int32Array;

  /**
   * [4096] centered binomial of parameter 21: the weight of 21 bits minus that of 21 others; variance 10.5.
   * @param stream - [8 × 4096] uniform bytes.
   */
  binomial(stream: Uint8Array): Int32Array;

  /**
   * Transforms polynomials of signed integer coefficients.
   * @param values - [n × 4096].
   * @returns [n × 4 × 4096].
   */
  transform(values: Int32Array): Uint32Array;

  /** Inverse of the transform, to residues of coefficients: [n × 4 × 4096] to the same. */
  restore(values: Uint32Array): Uint32Array;

  /**
   * The first half of the encryption of `values` under `secret` whose second half is `a`:
   * NTT(round(q · values / 2^ringBits) + error) − a · secret.
   * @param values - [4096] of Z_2^ringBits.
   * @param error - [4096] small.
   */
  encrypt(values: Int32Array, ringBits: number, error: Int32Array, a: Uint32Array, secret: Uint32Array): Uint32Array;

  /** Residues as bytes, 27 bits each: [n × 4 × 4096] to [n × polyBytes]. */
  pack(values: Uint32Array): Uint8Array;

  /** Inverse of {@link pack}; null if a residue is not below its prime. */
  unpack(bytes: Uint8Array): Uint32Array | null;

  /**
   * Sums of products of ciphertexts with transformed plaintexts.
   * @param ciphertexts - [count × 2 × 4 × 4096].
   * @param weights - [rows × count × 4 × 4096].
   * @param count - at most 1024.
   * @returns [rows × 2 × 4 × 4096].
   */
  multiplyAccumulate(ciphertexts: Uint32Array, weights: Uint32Array, count: number, rows: number): Uint32Array;

  /**
   * Makes a store of transformed plaintexts, for many products with the same ones.
   * @param limitBytes - memory for them. LOCAL.
   * @throws RangeError if it is negative or no number.
   */
  newStore(limitBytes: number): PolynomialStore;

  /**
   * Turns a sum of products into a response: adds publicKey · ternary + (0, error), an encryption of zero; subtracts the
   * masks and adds the flooding noise at the positions; switches from q to p0 · p1 and drops low bits, rounding.
   * @param sum - [2 × 4 × 4096] transformed.
   * @param publicKey - [2 × 4 × 4096] transformed.
   * @returns {@link responseBytes} bytes: c1 [4096 × bits1], then c0 [positions × bits0], fields without gaps.
   */
  respond(sum: Uint32Array, publicKey: Uint32Array, secrets: ResponseSecrets, spec: ResponseSpec): Uint8Array;

  /**
   * Decrypts a response.
   * @param secret - [4 × 4096] transformed; only two primes are used.
   * @returns [positions], reduced to Z_2^ringBits with sign.
   */
  open(response: Uint8Array, secret: Uint32Array, spec: ResponseSpec): Int32Array;
}
