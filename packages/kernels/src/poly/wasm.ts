/**
 * The polynomial kernels on WebAssembly SIMD.
 * @module
 */
import type { Arena } from '../arena.js';
import type { Engine } from '../engine.js';
import { expectLength } from '../expect.js';
import {
  type PolynomialKernels,
  polyBytes,
  polyDegree,
  polyWords,
  type ResponseSpec,
  responseBytes,
} from './contract.js';
import { expectEncrypt, expectOpen, expectProducts, expectRespond, expectUniform, expectUnits } from './expect.js';
import type { PolyExports } from './exports.js';
import { newWasmStore } from './wasm-store.js';

const SAMPLE_BYTES = 8;
const WORD_BYTES = 4;
/** Vectors are read whole behind the last position, see c/poly-response.c. */
const SLACK_BYTES = 48;
/** Bytes of weights that one call into the module handles. LOCAL. */
const SLAB_BYTES = 1 << 24;

const specWords = (spec: ResponseSpec, floodBits: number): Uint32Array =>
  Uint32Array.of(spec.positions.length, spec.ringBits, floodBits, spec.bits0, spec.bits1);

/**
 * Binds the polynomial functions of an instance.
 * @param open - makes the memory of one call.
 * @param another - makes an instance with a memory of its own.
 */
export function bindPolynomials(wasm: PolyExports, open: () => Arena, another: () => Engine): PolynomialKernels {
  wasm.poly_init();

  const words = (arena: Arena, start: number, length: number): Uint32Array => {
    const read = arena.readWords(start, length);
    return new Uint32Array(read.buffer, read.byteOffset, length);
  };
  const sample = (kernel: (stream: number, out: number) => void, stream: Uint8Array): Int32Array => {
    expectLength('stream', stream, SAMPLE_BYTES * polyDegree);
    const arena = open();
    const inStream = arena.place(stream);
    const out = arena.reserve(WORD_BYTES * polyDegree);
    kernel(inStream, out);
    return arena.readWords(out, polyDegree);
  };

  return {
    uniform(key, index) {
      expectUniform(key, index);
      const arena = open();
      const inKey = arena.place(key);
      // The sampler may write one word behind the last one that it keeps.
      const out = arena.reserve(WORD_BYTES * (polyWords + 1));
      wasm.poly_uniform(inKey, index, out);
      return words(arena, out, polyWords);
    },

    ternary: (stream) => sample(wasm.poly_ternary, stream),
    binomial: (stream) => sample(wasm.poly_binomial, stream),

    transform(values) {
      const count = expectUnits('values', values, polyDegree);
      const arena = open();
      const inValues = arena.place(values);
      const out = arena.reserve(WORD_BYTES * count * polyWords);
      wasm.poly_transform(inValues, count, out);
      return words(arena, out, count * polyWords);
    },

    restore(values) {
      const count = expectUnits('values', values, polyWords);
      const arena = open();
      const at = arena.place(values);
      wasm.poly_restore(at, count);
      return words(arena, at, values.length);
    },

    encrypt(values, ringBits, error, a, secret) {
      expectEncrypt(values, ringBits, error, a, secret);
      const arena = open();
      const inValues = arena.place(values);
      const inError = arena.place(error);
      const inA = arena.place(a);
      const inSecret = arena.place(secret);
      const out = arena.reserve(WORD_BYTES * polyWords);
      wasm.poly_encrypt(inValues, ringBits, inError, inA, inSecret, out);
      return words(arena, out, polyWords);
    },

    pack(values) {
      const count = expectUnits('values', values, polyWords);
      const arena = open();
      const inValues = arena.place(values);
      const out = arena.reserve(count * polyBytes);
      wasm.poly_pack(inValues, values.length, out);
      return arena.read(out, count * polyBytes);
    },

    unpack(bytes) {
      const count = expectUnits('bytes', bytes, polyBytes);
      const arena = open();
      const inBytes = arena.place(bytes);
      const out = arena.reserve(WORD_BYTES * count * polyWords);
      const bad = wasm.poly_unpack(inBytes, count * polyWords, out);
      return bad === 0 ? words(arena, out, count * polyWords) : null;
    },

    multiplyAccumulate(ciphertexts, weights, count, rows) {
      expectProducts(ciphertexts, weights, count, rows);
      const out = new Uint32Array(rows * 2 * polyWords);
      const rowWords = count * polyWords;
      const step = Math.max(1, Math.floor(SLAB_BYTES / WORD_BYTES / Math.max(1, rowWords)));
      for (let row = 0; row < rows; row += step) {
        const taken = Math.min(step, rows - row);
        const arena = open();
        // Placed first, so that they stay where they are from slab to slab.
        const inCiphertexts = row === 0 ? arena.place(ciphertexts) : arena.reserve(WORD_BYTES * ciphertexts.length);
        const first = arena.place(weights.subarray(row * rowWords, (row + taken) * rowWords));
        const inWeights = arena.place(Uint32Array.from({ length: taken }, (_, r) => first + WORD_BYTES * rowWords * r));
        const sums = arena.reserve(WORD_BYTES * taken * 2 * polyWords);
        wasm.poly_multiply_accumulate(inCiphertexts, inWeights, count, taken, sums);
        out.set(words(arena, sums, taken * 2 * polyWords), row * 2 * polyWords);
      }
      return out;
    },

    newStore: (limitBytes) => newWasmStore(another(), limitBytes),

    respond(sum, publicKey, secrets, spec) {
      expectRespond(sum, publicKey, secrets, spec);
      const arena = open();
      const inSpec = arena.place(specWords(spec, secrets.floodBits));
      const inSum = arena.place(sum);
      const inKey = arena.place(publicKey);
      const inTernary = arena.place(secrets.ternary);
      const u = arena.reserve(WORD_BYTES * polyWords);
      const inError = arena.place(secrets.error);
      const at = arena.place(spec.positions);
      const masks = arena.place(secrets.masks);
      arena.reserve(SLACK_BYTES);
      const noise = arena.place(secrets.flood);
      arena.reserve(SLACK_BYTES);
      const length = responseBytes(spec);
      const out = arena.reserve(length);
      wasm.poly_transform(inTernary, 1, u);
      wasm.poly_respond(inSum, inKey, u, inError, inSpec, at, masks, noise, out);
      return arena.read(out, length);
    },

    open(response, secret, spec) {
      expectOpen(response, secret, spec);
      const arena = open();
      const inSpec = arena.place(specWords(spec, 0));
      const inResponse = arena.place(response);
      const inSecret = arena.place(secret);
      const at = arena.place(spec.positions);
      const scratch = arena.reserve(WORD_BYTES * polyWords);
      const out = arena.reserve(WORD_BYTES * spec.positions.length);
      wasm.poly_open(inResponse, inSecret, inSpec, at, scratch, out);
      const shift = 32 - spec.ringBits;
      return arena.readWords(out, spec.positions.length).map((value) => (value << shift) >> shift);
    },
  };
}
