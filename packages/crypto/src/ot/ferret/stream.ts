/**
 * The stream of rows of one set-up: iterations append, extensions take, in any order and each row once.
 * @module
 */
import type { Protocol } from '../../protocol.js';
import { ROW_BYTES } from './parameters.js';

/** Rows of one iteration. */
interface Block {
  readonly rows: Uint8Array;
  /** Number of its first row in the stream. */
  readonly first: number;
  /** Rows not taken yet. */
  left: number;
}

/** A piece of the stream. */
export interface StreamPiece {
  /** [count × 16] in a buffer of the caller's own. */
  readonly rows: Uint8Array;
  /** Number of the first row in the stream. */
  readonly first: number;
}

/** See {@link newRowStream}. */
export interface RowStream {
  /** Runs iterations until the rows that are not promised yet are `count` or more. */
  prepare(count: number): Protocol<void>;
  /** Promises the next `count` rows at the call; the protocol runs iterations if they are not there yet. */
  take(count: number): Protocol<StreamPiece>;
}

/**
 * A stream over a party's iterations. Both parties ask for the same counts in the same order.
 * @param iterate - runs one iteration and returns its rows.
 */
export function newRowStream(iterate: () => Protocol<Uint8Array>): RowStream {
  let blocks: Block[] = [];
  let made = 0;
  let promised = 0;
  let running = false;

  function* fill(end: number): Protocol<void> {
    while (made < end) {
      if (running) {
        throw new RangeError(
          `"count" expected at most ${made} instances while another extension is under way, got ${end}: prepare them`,
        );
      }
      running = true;
      try {
        const rows = yield* iterate();
        const count = rows.length / ROW_BYTES;
        blocks.push({ rows, first: made, left: count });
        made += count;
      } finally {
        running = false;
      }
    }
  }

  const copyOut = (first: number, count: number): Uint8Array => {
    const piece = new Uint8Array(ROW_BYTES * count);
    for (const block of blocks) {
      const size = block.rows.length / ROW_BYTES;
      const from = Math.max(first, block.first);
      const to = Math.min(first + count, block.first + size);
      if (from >= to) continue;
      const rows = block.rows.subarray(ROW_BYTES * (from - block.first), ROW_BYTES * (to - block.first));
      piece.set(rows, ROW_BYTES * (from - first));
      rows.fill(0);
      block.left -= to - from;
    }
    blocks = blocks.filter(({ left }) => left > 0);
    return piece;
  };

  function* run(first: number, count: number): Protocol<StreamPiece> {
    yield* fill(first + count);
    return { rows: copyOut(first, count), first };
  }

  const expectCount = (count: number): number => {
    if (!Number.isSafeInteger(count) || count < 0) {
      throw new RangeError(`"count" expected a natural number, got ${count}`);
    }
    return count;
  };

  return {
    prepare: (count) => fill(promised + expectCount(count)),
    take(count) {
      const first = promised;
      promised += expectCount(count);
      return run(first, count);
    },
  };
}
