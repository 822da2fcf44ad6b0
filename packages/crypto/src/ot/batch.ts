/**
 * The two halves of a batch of random OTs over correlated rows, whatever made the rows.
 * @module
 */
import type { Kernels } from '@relent/kernels';
import { ProtocolError } from '../errors.js';
import type { BitKeys, BitTags, RandomOtReceiver, RandomOtSender } from './types.js';

/** The domains [16] of what is hashed: rows to pads, and sums of rows as keys of authenticated bits. */
export interface RowDomains {
  readonly row: Uint8Array;
  readonly bit: Uint8Array;
}

/** Holds rows until their one use, then wipes them. */
function newRowsOnce(rows: Uint8Array) {
  let held: Uint8Array | null = rows;
  const take = (): Uint8Array => {
    if (held === null) throw new ProtocolError('reused', 'random-ot', 'a batch of random OTs expands once');
    return held;
  };
  return {
    copy: (): Uint8Array => take().slice(),
    use<T>(use: (rows: Uint8Array) => T): T {
      const own = take();
      const result = use(own);
      own.fill(0);
      held = null;
      return result;
    },
  };
}

/**
 * The sender's half.
 * @param rows - [count × 16] q_j; wiped by `expand`.
 * @param first - number of the first row among all of the set-up.
 */
export function senderBatch(
  kernels: Kernels,
  rows: Uint8Array,
  first: number,
  delta: Uint8Array,
  domains: RowDomains,
): RandomOtSender {
  const once = newRowsOnce(rows);
  return {
    count: rows.length / 16,
    first,
    authenticate: (): BitKeys => ({ rows: once.copy(), delta: delta.slice(), domain: domains.bit }),
    expand: (lengths) =>
      once.use((own) => ({
        zero: kernels.hashRows(own, null, domains.row, first, lengths),
        one: kernels.hashRows(own, delta, domains.row, first, lengths),
      })),
  };
}

/**
 * The receiver's half.
 * @param rows - [count × 16] t_j; wiped by `expand`.
 * @param choices - [count] bytes 0 or 1.
 */
export function receiverBatch(
  kernels: Kernels,
  rows: Uint8Array,
  choices: Uint8Array,
  first: number,
  domains: RowDomains,
): RandomOtReceiver {
  const once = newRowsOnce(rows);
  return {
    count: choices.length,
    first,
    choices,
    authenticate: (): BitTags => ({ rows: once.copy(), domain: domains.bit }),
    expand: (lengths) => once.use((own) => kernels.hashRows(own, null, domains.row, first, lengths)),
  };
}
