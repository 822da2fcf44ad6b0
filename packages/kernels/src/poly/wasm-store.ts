/**
 * The store of transformed plaintexts in the memory of a WebAssembly instance of its own: plaintexts from the bottom up, the
 * operands of the running call above them.
 * @module
 */
import { Arena } from '../arena.js';
import type { Engine } from '../engine.js';
import { type KeptPolynomials, type PolynomialStore, polyDegree, polyWords } from './contract.js';
import { expectLimit, expectStored, expectUnits } from './expect.js';

const WORD_BYTES = 4;
const POLY_BYTES = WORD_BYTES * polyWords;
/** Bytes of results, and of plaintexts transformed for one product, that one call into the module handles. LOCAL. */
const SLAB_BYTES = 1 << 24;

/** Where kept polynomials lie. */
interface Place {
  readonly start: number;
  readonly count: number;
}

/**
 * Makes a store.
 * @param engine - nothing else uses it.
 */
export function newWasmStore(engine: Engine, limitBytes: number): PolynomialStore {
  expectLimit(limitBytes);
  const { wasm, memory, crew } = engine;
  wasm.poly_init();
  const places = new WeakMap<KeptPolynomials, Place>();
  let top = engine.base;
  let bytes = 0;

  /** Transforms [count × 4096], cut for the crew. */
  const transform = (values: number, count: number, to: number): void => {
    const parts = Math.min(crew.size, count);
    const cuts = Array.from({ length: parts + 1 }, (_, part) => Math.floor((part * count) / Math.max(1, parts)));
    crew.run(
      'poly_transform',
      cuts.slice(1).map((end, part) => {
        const start = cuts[part] ?? 0;
        return [values + WORD_BYTES * polyDegree * start, end - start, to + POLY_BYTES * start];
      }),
    );
  };

  const countOf = (row: KeptPolynomials | Int32Array): number => {
    if (row instanceof Int32Array) return expectUnits('rows', row, polyDegree);
    const place = places.get(row);
    if (place === undefined) throw new RangeError('"rows" expected polynomials of this store, got others');
    return place.count;
  };
  const startOf = (row: KeptPolynomials | Int32Array, arena: Arena): number => {
    if (!(row instanceof Int32Array)) return places.get(row)?.start ?? 0;
    const count = row.length / polyDegree;
    const inValues = arena.place(row);
    const start = arena.reserve(POLY_BYTES * count);
    transform(inValues, count, start);
    return start;
  };

  return {
    get bytes() {
      return bytes;
    },

    keep(values) {
      const count = expectUnits('values', values, polyDegree);
      if (bytes + POLY_BYTES * count > limitBytes) return null;
      const arena = new Arena(memory, top);
      let start: number;
      let inValues: number;
      try {
        start = arena.reserve(POLY_BYTES * count);
        inValues = arena.place(values);
      } catch (error) {
        // The platform gives the memory no further page: as full as at the limit.
        if (error instanceof RangeError) return null;
        throw error;
      }
      transform(inValues, count, start);
      top = start + POLY_BYTES * count;
      bytes += POLY_BYTES * count;
      const kept = {} as KeptPolynomials;
      places.set(kept, { start, count });
      return kept;
    },

    multiplyAccumulate(ciphertexts, rows) {
      const count = expectStored(ciphertexts, rows.map(countOf));
      const out = new Uint32Array(rows.length * 2 * polyWords);
      const fresh = rows.some((row) => row instanceof Int32Array);
      const rowBytes = 2 * POLY_BYTES + (fresh ? POLY_BYTES * count : 0);
      const step = Math.max(1, Math.floor(SLAB_BYTES / rowBytes));
      for (let from = 0; from < rows.length; from += step) {
        const taken = rows.slice(from, from + step);
        const arena = new Arena(memory, top);
        // Placed first, so that they stay where they are from slab to slab.
        const inCiphertexts = from === 0 ? arena.place(ciphertexts) : arena.reserve(ciphertexts.byteLength);
        const starts = Uint32Array.from(taken, (row) => startOf(row, arena));
        const inRows = arena.place(starts);
        const sums = arena.reserve(2 * POLY_BYTES * taken.length);
        const parts = Math.min(crew.size, taken.length);
        const cuts = Array.from({ length: parts + 1 }, (_, part) => Math.floor((part * taken.length) / parts));
        crew.run(
          'poly_multiply_accumulate',
          cuts.slice(1).map((end, part) => {
            const start = cuts[part] ?? 0;
            const inPart = inRows + WORD_BYTES * start;
            return [inCiphertexts, inPart, count, end - start, sums + 2 * POLY_BYTES * start];
          }),
        );
        arena.readInto(new Uint8Array(out.buffer, 2 * POLY_BYTES * from, 2 * POLY_BYTES * taken.length), sums);
      }
      return out;
    },
  };
}
