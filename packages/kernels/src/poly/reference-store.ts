/**
 * The store of transformed plaintexts in plain TypeScript.
 * @module
 */
import {
  type KeptPolynomials,
  type PolynomialKernels,
  type PolynomialStore,
  polyDegree,
  polyWords,
} from './contract.js';
import { expectLimit, expectStored, expectUnits } from './expect.js';

const WORD_BYTES = 4;

/** A store over any polynomial kernels. */
export function referenceStore(poly: PolynomialKernels, limitBytes: number): PolynomialStore {
  expectLimit(limitBytes);
  const spectra = new WeakMap<KeptPolynomials, Uint32Array>();
  let bytes = 0;
  const spectrumOf = (row: KeptPolynomials | Int32Array): Uint32Array => {
    if (row instanceof Int32Array) return poly.transform(row);
    const spectrum = spectra.get(row);
    if (spectrum === undefined) throw new RangeError('"rows" expected polynomials of this store, got others');
    return spectrum;
  };
  return {
    get bytes() {
      return bytes;
    },
    keep(values) {
      const size = WORD_BYTES * polyWords * expectUnits('values', values, polyDegree);
      if (bytes + size > limitBytes) return null;
      bytes += size;
      const kept = {} as KeptPolynomials;
      spectra.set(kept, poly.transform(values));
      return kept;
    },
    multiplyAccumulate(ciphertexts, rows) {
      const weights = rows.map(spectrumOf);
      const count = expectStored(
        ciphertexts,
        weights.map(({ length }) => length / polyWords),
      );
      const out = new Uint32Array(rows.length * 2 * polyWords);
      for (const [r, row] of weights.entries()) {
        out.set(poly.multiplyAccumulate(ciphertexts, row, count, 1), r * 2 * polyWords);
      }
      return out;
    },
  };
}
