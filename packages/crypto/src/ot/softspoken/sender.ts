/**
 * SoftSpoken OT extension with k = 4, the sender's side.
 *
 * Security: semi-honest. The peer's corrections are uniform to the sender (ChaCha12 as a PRG); the keys that the
 *           receiver did not choose are pseudorandom if H(row) = ChaCha12(row ‖ domain, nonce = index) is correlation
 *           robust under the offset Δ, which holds when ChaCha's permutation is modelled as ideal.
 * Source:   Roy, SoftSpokenOT: quieter OT extension from small-field silent VOLE in the Minicrypt model, eprint
 *           2022/192: small-field VOLE from all-but-one OT, then the repetition code.
 * Differs:  no consistency checks (semi-honest); ROT instead of COT: rows are hashed when a batch expands.
 * @module
 */
import { ProtocolError } from '../../errors.js';
import { done, type Protocol, receive } from '../../protocol.js';
import { simplestOtReceiver } from '../base/simplest.js';
import { senderBatch } from '../batch.js';
import type { CotSender, CotSenderRows, OtExtensionSender, RandomOtSender } from '../types.js';
import { BLOCKS, correctionBytes, NODE_BYTES, SECURITY_BITS, TREE_DEPTH } from './parameters.js';
import {
  EXTEND_STEP,
  newReservations,
  type Reservation,
  SETUP_STEP,
  type SoftspokenOptions,
  softspokenDomains,
} from './setup.js';
import { growPuncturedTrees, pathBit } from './tree.js';

function expectBytes(step: string, message: Uint8Array, length: number): Uint8Array {
  if (message.length !== length) {
    throw new ProtocolError('malformed', step, `"message" expected ${length} bytes, got ${message.length}`);
  }
  return message;
}

/** Opens, of each pair of masked sums, the one off the path; picked by mask. */
function openSums(masked: Uint8Array, keys: Uint8Array, choices: Uint8Array): Uint8Array {
  return keys.map((key, at) => {
    const pair = Math.floor(at / NODE_BYTES);
    const zero = masked[2 * pair * NODE_BYTES + (at % NODE_BYTES)] ?? 0;
    const one = masked[(2 * pair + 1) * NODE_BYTES + (at % NODE_BYTES)] ?? 0;
    return key ^ zero ^ ((zero ^ one) & -(choices[pair] ?? 0));
  });
}

/**
 * Sets up the sender's side of correlated OTs: receives the base OTs, regrows the trees but for one leaf each.
 *
 * Cost: {@link softspokenSetupCost}; a batch: {@link softspokenExtendCost}.
 * @param delta - [16] Δ, uniform (but for bits that a caller makes public) and secret.
 * @returns a source of batches, each rounded up to a multiple of 128 instances. Batches must be asked for in the same
 *   order as at the peer.
 * @throws ProtocolError `malformed` if a message of the peer has a wrong length or is no group element.
 */
export function* softspokenCotSender(options: SoftspokenOptions, delta: Uint8Array): Protocol<CotSender> {
  const { kernels, group, random, context } = options;
  const domains = softspokenDomains(group, context);
  const choices = new Uint8Array(SECURITY_BITS);
  for (let block = 0; block < BLOCKS; block++) {
    for (let level = 0; level < TREE_DEPTH; level++) {
      choices[TREE_DEPTH * block + level] = 1 ^ pathBit(delta, block, level);
    }
  }
  const keys = yield* simplestOtReceiver(choices, { group, random, context });
  const masked = expectBytes(SETUP_STEP, yield* receive(), SECURITY_BITS * 2 * NODE_BYTES);
  const leaves = growPuncturedTrees(kernels, delta, openSums(masked, keys, choices), domains.tree);
  const reserve = newReservations();

  function* run({ chunks, made, tweak }: Reservation): Protocol<CotSenderRows> {
    const rows = new Uint8Array(NODE_BYTES * made);
    for (const { counter, size, start } of chunks) {
      const corrections = expectBytes(EXTEND_STEP, yield* receive(), correctionBytes(size));
      const part = kernels.softspokenSender(leaves, domains.column, counter, size, delta, corrections);
      rows.set(part, NODE_BYTES * start);
    }
    return { rows, first: tweak };
  }

  // The streams are reserved at the call, so that batches that run side by side cannot meet in them.
  return { correlate: (count) => run(reserve(count)) };
}

/**
 * Sets up the sender's side of random OTs: rows of {@link softspokenCotSender}, hashed when a batch expands.
 *
 * Cost: as there.
 * @returns an extension; the surplus of a batch is dropped.
 * @throws ProtocolError `malformed` if a message of the peer has a wrong length or is no group element.
 */
export function* softspokenSender(options: SoftspokenOptions): Protocol<OtExtensionSender> {
  const { kernels, group, random, context } = options;
  const domains = softspokenDomains(group, context);
  const delta = random.bytes(NODE_BYTES);
  const source = yield* softspokenCotSender(options, delta);

  function* run(count: number, batch: Protocol<CotSenderRows>): Protocol<RandomOtSender> {
    const { rows, first } = yield* batch;
    return senderBatch(kernels, rows.subarray(0, NODE_BYTES * count), first, delta, domains);
  }

  return { prepare: () => done(undefined), extend: (count) => run(count, source.correlate(count)) };
}
