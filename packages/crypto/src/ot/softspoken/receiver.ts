/**
 * SoftSpoken OT extension with k = 4, the receiver's side; security and source as in sender.ts.
 * @module
 */
import { done, type Protocol, send } from '../../protocol.js';
import { simplestOtSender } from '../base/simplest.js';
import { receiverBatch } from '../batch.js';
import type { CotReceiver, CotReceiverRows, OtExtensionReceiver, RandomOtReceiver } from '../types.js';
import { BLOCKS, NODE_BYTES, SECURITY_BITS } from './parameters.js';
import { newReservations, type Reservation, type SoftspokenOptions, softspokenDomains } from './setup.js';
import { growTrees } from './tree.js';

/** Writes packed bits as bytes 0 or 1. */
function unpackBits(bits: Uint8Array, target: Uint8Array, start: number): void {
  const end = Math.min(target.length, start + 8 * bits.length);
  for (let j = start; j < end; j++) {
    const at = j - start;
    target[j] = ((bits[at >> 3] ?? 0) >> (at & 7)) & 1;
  }
}

/** Masks the sums of each level with the two keys of its base OT. */
function maskSums(sums: Uint8Array, zero: Uint8Array, one: Uint8Array): Uint8Array {
  return sums.map((byte, at) => {
    const node = Math.floor(at / NODE_BYTES);
    const keyAt = (node >> 1) * NODE_BYTES + (at % NODE_BYTES);
    return byte ^ ((node & 1 ? one[keyAt] : zero[keyAt]) ?? 0);
  });
}

/**
 * Sets up the receiver's side of correlated OTs: sends the base OTs, grows the trees.
 *
 * Cost: {@link softspokenSetupCost}; a batch: {@link softspokenExtendCost}.
 * @returns a source of batches; see {@link softspokenCotSender}.
 * @throws ProtocolError `malformed` if a message of the peer has a wrong length or is no group element.
 */
export function* softspokenCotReceiver(options: SoftspokenOptions): Protocol<CotReceiver> {
  const { kernels, group, random, context } = options;
  const domains = softspokenDomains(group, context);
  const keys = yield* simplestOtSender(SECURITY_BITS, { group, random, context });
  const { leaves, sums } = growTrees(kernels, random.bytes(BLOCKS * NODE_BYTES), domains.tree);
  yield* send(maskSums(sums, keys.zero, keys.one));
  const reserve = newReservations();

  function* run(count: number, { chunks, made, tweak }: Reservation): Protocol<CotReceiverRows> {
    const rows = new Uint8Array(NODE_BYTES * made);
    const choices = new Uint8Array(count);
    for (const { counter, size, start } of chunks) {
      const part = kernels.softspokenReceiver(leaves, domains.column, counter, size);
      rows.set(part.rows, NODE_BYTES * start);
      unpackBits(part.choices, choices, start);
      yield* send(part.corrections);
    }
    return { rows, choices, first: tweak };
  }

  return { correlate: (count) => run(count, reserve(count)) };
}

/**
 * Sets up the receiver's side of random OTs.
 *
 * Cost: as {@link softspokenCotReceiver}.
 * @returns an extension; see {@link softspokenSender}.
 * @throws ProtocolError `malformed` if a message of the peer has a wrong length or is no group element.
 */
export function* softspokenReceiver(options: SoftspokenOptions): Protocol<OtExtensionReceiver> {
  const { kernels, group, context } = options;
  const domains = softspokenDomains(group, context);
  const source = yield* softspokenCotReceiver(options);

  function* run(count: number, batch: Protocol<CotReceiverRows>): Protocol<RandomOtReceiver> {
    const { rows, choices, first } = yield* batch;
    return receiverBatch(kernels, rows.subarray(0, NODE_BYTES * count), choices, first, domains);
  }

  return { prepare: () => done(undefined), extend: (count) => run(count, source.correlate(count)) };
}
