/**
 * The functions of c/poly*.c and c/ntt.c.
 * @module
 */

/** Pointers are byte addresses in the linear memory. */
export interface PolyExports {
  poly_init(): void;
  poly_uniform(key: number, index: number, out: number): void;
  poly_ternary(stream: number, out: number): void;
  poly_binomial(stream: number, out: number): void;
  poly_transform(values: number, count: number, out: number): void;
  poly_restore(values: number, count: number): void;
  poly_encrypt(values: number, ringBits: number, error: number, a: number, s: number, out: number): void;
  poly_pack(from: number, count: number, to: number): void;
  poly_unpack(from: number, count: number, to: number): number;
  /** `weights` is the address of a table of addresses. */
  poly_multiply_accumulate(ciphertexts: number, weights: number, count: number, rows: number, out: number): void;
  poly_respond(
    sum: number,
    publicKey: number,
    u: number,
    error: number,
    spec: number,
    at: number,
    masks: number,
    noise: number,
    to: number,
  ): void;
  poly_open(from: number, s: number, spec: number, at: number, scratch: number, out: number): void;
}
