/**
 * Ferret, silent OT extension, the receiver's side; security and source as in sender.ts.
 * @module
 */
import { ProtocolError } from '../../errors.js';
import { type Protocol, receive } from '../../protocol.js';
import { receiverBatch } from '../batch.js';
import { softspokenCotReceiver } from '../softspoken/receiver.js';
import type { OtExtensionReceiver, RandomOtReceiver } from '../types.js';
import { iterationBytes, netRows, ROW_BYTES, rowsSpent } from './parameters.js';
import { EXTEND_STEP, type FerretOptions, ferretDomains, lowBits, setLowBits, xorInto } from './setup.js';
import { newRowStream, type StreamPiece } from './stream.js';

/** The unknown leaf of each tree: at every level the side that the choice does not name. */
function pathsOf(choices: Uint8Array, trees: number, depth: number): Uint32Array {
  const paths = new Uint32Array(trees);
  choices.forEach((choice, at) => {
    const tree = Math.floor(at / depth);
    paths[tree] = 2 * (paths[tree] ?? 0) + (1 ^ choice);
  });
  return paths;
}

/**
 * Sets up the receiver's side: SoftSpoken, and the first correlated OTs from it.
 *
 * Cost: {@link ferretSetupCost}; a batch: {@link ferretExtendCost}. Memory: see {@link ferretSender}.
 * @returns an extension; see {@link ferretSender}.
 * @throws ProtocolError `malformed` if a message of the peer has a wrong length or is no group element.
 */
export function* ferretReceiver(options: FerretOptions): Protocol<OtExtensionReceiver> {
  const { kernels, group, context, parameters } = options;
  const { trees, depth, tableRows } = parameters;
  const domains = ferretDomains(group, context);
  const spent = ROW_BYTES * rowsSpent(parameters);
  const net = ROW_BYTES * netRows(parameters);
  const source = yield* softspokenCotReceiver(options);
  const bootstrap = yield* source.correlate(rowsSpent(parameters));
  let kept = bootstrap.rows.slice(0, spent);
  setLowBits(kept, bootstrap.choices);
  let first = 0;

  function* iterate(): Protocol<Uint8Array> {
    const message = yield* receive();
    if (message.length !== iterationBytes(parameters)) {
      const expected = iterationBytes(parameters);
      throw new ProtocolError('malformed', EXTEND_STEP, `"message" expected ${expected} bytes, got ${message.length}`);
    }
    const table = kept.subarray(0, ROW_BYTES * tableRows);
    const sums = kept.slice(ROW_BYTES * tableRows);
    const paths = pathsOf(lowBits(sums), trees, depth);
    xorInto(sums, message);
    const shape = { depth, first, domain: domains.tree };
    const rows = kernels.ferretReceiver(paths, sums, shape, { key: domains.code, table });
    kept = rows.slice(net);
    first += trees;
    return rows.subarray(0, net);
  }

  function* run(piece: Protocol<StreamPiece>): Protocol<RandomOtReceiver> {
    const { rows, first: tweak } = yield* piece;
    return receiverBatch(kernels, rows, lowBits(rows), tweak, domains);
  }

  const stream = newRowStream(iterate);
  return { prepare: (count) => stream.prepare(count), extend: (count) => run(stream.take(count)) };
}
