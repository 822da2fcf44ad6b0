/**
 * The ideal functionality of random OT: both halves in one place, no messages, no security. The specification that
 * real extensions are tested against, and the fast stand-in for tests of the protocols above.
 * @module
 */
import { ProtocolError } from '../errors.js';
import { done } from '../protocol.js';
import type { RandomSource } from '../random.js';
import { padOffsets } from './pads.js';
import type { OtExtensionReceiver, OtExtensionSender, PadLengths, RandomOtReceiver, RandomOtSender } from './types.js';

/** What the trusted party knows of one batch. */
interface Batch {
  readonly count: number;
  readonly choices: Uint8Array;
  pads: { readonly offsets: Float64Array; readonly zero: Uint8Array; readonly one: Uint8Array } | null;
}

/** The queue of batches between the two halves. */
function newDealer(random: RandomSource) {
  const waiting: Record<'sender' | 'receiver', Batch[]> = { sender: [], receiver: [] };
  return {
    /** The next batch of a half; the first half to ask makes it. */
    take(half: 'sender' | 'receiver', count: number): Batch {
      const queued = waiting[half].shift();
      if (queued !== undefined) {
        if (queued.count !== count) throw new RangeError(`"count" expected ${queued.count} as the peer, got ${count}`);
        return queued;
      }
      const choices = random.bytes(count).map((byte) => byte & 1);
      const batch: Batch = { count, choices, pads: null };
      waiting[half === 'sender' ? 'receiver' : 'sender'].push(batch);
      return batch;
    },
    /** The pads of a batch; both halves must ask for equal lengths. */
    pads(batch: Batch, lengths: PadLengths): NonNullable<Batch['pads']> {
      const offsets = padOffsets(lengths, batch.count);
      if (batch.pads === null) {
        const total = offsets[batch.count] ?? 0;
        batch.pads = { offsets, zero: random.bytes(total), one: random.bytes(total) };
      } else if (batch.pads.offsets.some((offset, index) => offset !== offsets[index])) {
        throw new RangeError('"lengths" expected those of the peer, got others');
      }
      return batch.pads;
    },
  };
}

function onlyOnce(step: string): () => void {
  let used = false;
  return () => {
    if (used) throw new ProtocolError('reused', step, 'a batch of random OTs expands once');
    used = true;
  };
}

/**
 * Connected halves of an ideal random-OT extension. INSECURE: one object knows both sides' secrets.
 *
 * Cost: no messages.
 * @param random - the trusted party's coins.
 */
export function insecureIdealOt(random: RandomSource): {
  readonly sender: OtExtensionSender;
  readonly receiver: OtExtensionReceiver;
} {
  const dealer = newDealer(random);
  const sender: OtExtensionSender = {
    prepare: () => done(undefined),
    extend(count) {
      const batch = dealer.take('sender', count);
      const use = onlyOnce('ideal-ot');
      const half: RandomOtSender = {
        count,
        expand(lengths) {
          use();
          const { zero, one } = dealer.pads(batch, lengths);
          return { zero: zero.slice(), one: one.slice() };
        },
      };
      return done(half);
    },
  };
  const receiver: OtExtensionReceiver = {
    prepare: () => done(undefined),
    extend(count) {
      const batch = dealer.take('receiver', count);
      const use = onlyOnce('ideal-ot');
      const half: RandomOtReceiver = {
        count,
        choices: batch.choices.slice(),
        expand(lengths) {
          use();
          const { offsets, zero, one } = dealer.pads(batch, lengths);
          const chosen = zero.slice();
          for (let j = 0; j < count; j++) {
            const mask = -(batch.choices[j] ?? 0);
            const end = offsets[j + 1] ?? 0;
            for (let at = offsets[j] ?? 0; at < end; at++) {
              chosen[at] = (zero[at] ?? 0) ^ (((zero[at] ?? 0) ^ (one[at] ?? 0)) & mask);
            }
          }
          return chosen;
        },
      };
      return done(half);
    },
  };
  return { sender, receiver };
}
