/**
 * Ferret, silent OT extension, the sender's side: from M correlated OTs each iteration makes n more, n ≫ M, by primal LPN
 * with regular noise, and keeps M of them for the next.
 *
 * One iteration: the sender draws t correlated GGM trees with sum Δ. For each level it sends the sum of the left nodes,
 * masked by the row q of one kept OT; with its row t = q ⊕ r Δ the receiver finds the sum of the side that its choice r
 * names, so that it knows all leaves but one, at the place ¬r, where it takes the leaf ⊕ Δ. Then both add the rows of k
 * further kept OTs to the leaves, 10 to each at public pseudorandom places: row q' of the sender, q' ⊕ u' Δ of the
 * receiver, u' = u A ⊕ e with one error a tree, which LPN makes pseudorandom.
 *
 * Security: semi-honest, λ = 128 less the lowest bit of Δ, which is 1 so that a row carries its choice. (1) LPN with
 *           regular noise and a 10-local code drawn by ChaCha8 from the session's identifier; places are public, so the
 *           generator need only be free of structure. (2) The trees' hash is circular correlation robust: H_i(X) =
 *           ChaCha12(X ‖ domain, counter i, nonce tree) cut to 16 bytes is a random function if ChaCha's permutation is
 *           ideal, as 384 of its 512 bits are fixed at the entry and 384 dropped at the exit; level and tree number are
 *           tweaks, so one guess of Δ tests one node only. (3) The row hash as in SoftSpoken.
 * Source:   Yang, Weng, Lan, Zhang, Wang, Ferret, eprint 2020/924, figures 6 to 8; Guo, Yang, Wang, Zhang, Xie, Liu, Zhao,
 *           Half-Tree, eprint 2022/1431, spCOT from cGGM.
 * Differs:  no consistency checks, so none of the 128 OTs they use up; the paths of the trees are kept OTs' choices as they
 *           fall, so no message of the receiver; ROT instead of COT: rows are hashed when a batch expands.
 * @module
 */
import { type Protocol, send } from '../../protocol.js';
import { senderBatch } from '../batch.js';
import { softspokenCotSender } from '../softspoken/sender.js';
import type { OtExtensionSender, RandomOtSender } from '../types.js';
import { netRows, ROW_BYTES, rowsSpent } from './parameters.js';
import { clearLowBits, type FerretOptions, ferretDomains, xorInto } from './setup.js';
import { newRowStream, type StreamPiece } from './stream.js';

/**
 * Sets up the sender's side: SoftSpoken, and the first correlated OTs from it.
 *
 * Cost: {@link ferretSetupCost}; a batch: {@link ferretExtendCost}. Memory: 16 bytes for each row of one iteration, of what
 *       was prepared, and of the running batch.
 * @returns an extension. What a batch leaves over of its iterations serves the next one, across all uses of the session.
 *   Batches must be asked for in the same order as at the peer; those that run side by side must be prepared before.
 * @throws ProtocolError `malformed` if a message of the peer has a wrong length or is no group element.
 */
export function* ferretSender(options: FerretOptions): Protocol<OtExtensionSender> {
  const { kernels, group, random, context, parameters } = options;
  const { trees, depth, tableRows } = parameters;
  const domains = ferretDomains(group, context);
  const delta = random.bytes(ROW_BYTES);
  delta[0] = (delta[0] ?? 0) | 1;
  const spent = ROW_BYTES * rowsSpent(parameters);
  const net = ROW_BYTES * netRows(parameters);
  const source = yield* softspokenCotSender(options, delta);
  let kept = (yield* source.correlate(rowsSpent(parameters))).rows.slice(0, spent);
  clearLowBits(kept);
  let first = 0;

  function* iterate(): Protocol<Uint8Array> {
    const table = kept.subarray(0, ROW_BYTES * tableRows);
    const roots = random.bytes(ROW_BYTES * trees);
    const shape = { depth, first, domain: domains.tree };
    const { rows, sums } = kernels.ferretSender(roots, delta, shape, { key: domains.code, table });
    xorInto(sums, kept.subarray(ROW_BYTES * tableRows));
    kept = rows.slice(net);
    first += trees;
    yield* send(sums);
    return rows.subarray(0, net);
  }

  function* run(piece: Protocol<StreamPiece>): Protocol<RandomOtSender> {
    const { rows, first: tweak } = yield* piece;
    return senderBatch(kernels, rows, tweak, delta, domains);
  }

  const stream = newRowStream(iterate);
  return { prepare: (count) => stream.prepare(count), extend: (count) => run(stream.take(count)) };
}
