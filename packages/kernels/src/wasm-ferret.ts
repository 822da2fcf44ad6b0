/**
 * The Ferret kernels on WebAssembly: trees and code go through the linear memory a few trees at a time.
 * @module
 */
import type { Arena } from './arena.js';
import type { FerretCode, FerretKernels, FerretTrees } from './contract-ferret.js';
import type { Crew } from './crew.js';
import {
  codeCounter,
  expectFerretReceiver,
  expectFerretSender,
  FERRET_GROUP_ROWS,
  FERRET_ROW_BYTES,
} from './expect-ferret.js';

/** Rows that are in work at a time, so that they stay in the caches. LOCAL. */
const SLAB_ROWS = 1 << 14;

const low = (value: number): number => (value % 2 ** 32) | 0;
const high = (value: number): number => Math.floor(value / 2 ** 32) | 0;

/** Binds the Ferret kernels; `open` starts the linear memory of a call. */
export function bindFerret(crew: Crew, open: () => Arena): FerretKernels {
  /** Grows all trees slab by slab, a slab for each member of the crew at a time, and encodes their leaves. */
  const run = (
    arena: Arena,
    count: number,
    trees: FerretTrees,
    code: FerretCode,
    kernel: 'ggm_sender' | 'ggm_receiver',
    grow: (first: number, count: number, domain: number, leaves: number) => number[],
  ): Uint8Array => {
    const { depth, first } = trees;
    const domain = arena.place(trees.domain);
    const key = arena.place(code.key);
    const table = arena.place(code.table);
    const mask = code.table.length / FERRET_ROW_BYTES - 1;
    const each = Math.max(1, SLAB_ROWS >> depth);
    const slabBytes = FERRET_ROW_BYTES * Math.max(FERRET_GROUP_ROWS, each * 2 ** depth);
    const places = Array.from({ length: crew.size }, () => arena.reserve(slabBytes));
    const rows = new Uint8Array(FERRET_ROW_BYTES * count * 2 ** depth);
    for (let from = 0; from < count; from += each * crew.size) {
      const slabs = places
        .map((leaves, index) => ({ leaves, at: from + each * index }))
        .filter(({ at }) => at < count)
        .map(({ leaves, at }) => ({ leaves, at, now: Math.min(each, count - at) }));
      crew.run(
        kernel,
        slabs.map(({ at, now, leaves }) => grow(at, now, domain, leaves)),
      );
      crew.run(
        'lpn_encode',
        slabs.map(({ at, now, leaves }) => {
          const counter = codeCounter(code, (first + at) * 2 ** depth);
          return [leaves, now * 2 ** depth, table, mask, key, low(counter), high(counter)];
        }),
      );
      for (const { at, now, leaves } of slabs) {
        const start = FERRET_ROW_BYTES * at * 2 ** depth;
        arena.readInto(rows.subarray(start, start + FERRET_ROW_BYTES * now * 2 ** depth), leaves);
      }
    }
    return rows;
  };

  return {
    ferretSender(roots, delta, trees, code) {
      const count = expectFerretSender(roots, delta, trees, code);
      const { depth, first } = trees;
      const arena = open();
      const inRoots = arena.place(roots);
      const inDelta = arena.place(delta);
      const outSums = arena.reserve(depth * roots.length);
      const rows = run(arena, count, trees, code, 'ggm_sender', (at, now, domain, leaves) => {
        const tree = first + at;
        const from = inRoots + FERRET_ROW_BYTES * at;
        const sums = outSums + FERRET_ROW_BYTES * depth * at;
        return [from, now, inDelta, domain, low(tree), high(tree), depth, leaves, sums];
      });
      return { rows, sums: arena.read(outSums, depth * roots.length) };
    },

    ferretReceiver(paths, sums, trees, code) {
      const count = expectFerretReceiver(paths, sums, trees, code);
      const { depth, first } = trees;
      const arena = open();
      const inPaths = arena.place(paths);
      const inSums = arena.place(sums);
      return run(arena, count, trees, code, 'ggm_receiver', (at, now, domain, leaves) => {
        const tree = first + at;
        const known = inSums + FERRET_ROW_BYTES * depth * at;
        return [inPaths + 4 * at, known, now, domain, low(tree), high(tree), depth, leaves];
      });
    },
  };
}
