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

const ROW_BYTES = 16;

/** What the trusted party knows of one batch. */
interface Batch {
  readonly count: number;
  readonly choices: Uint8Array;
  /** Number of the first instance. */
  readonly first: number;
  /** [count × 16] the sender's rows, once asked for. */
  rows: Uint8Array | null;
  pads: { readonly offsets: Float64Array; readonly zero: Uint8Array; readonly one: Uint8Array } | null;
}

/** The queue of batches between the two halves. */
function newDealer(random: RandomSource) {
  let made = 0;
  let delta: Uint8Array | null = null;
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
      const batch: Batch = { count, choices, first: made, rows: null, pads: null };
      made += count;
      waiting[half === 'sender' ? 'receiver' : 'sender'].push(batch);
      return batch;
    },
    /** Δ, once asked for. */
    delta(): Uint8Array {
      delta ??= random.bytes(ROW_BYTES);
      return delta;
    },
    /** The rows of a batch: the sender's, or those less choice · Δ. */
    rows(batch: Batch, half: 'sender' | 'receiver'): Uint8Array {
      batch.rows ??= random.bytes(ROW_BYTES * batch.count);
      if (half === 'sender') return batch.rows.slice();
      const offset = this.delta();
      return batch.rows.map((byte, at) => {
        const choice = batch.choices[Math.floor(at / ROW_BYTES)] ?? 0;
        return byte ^ ((offset[at % ROW_BYTES] ?? 0) & -choice);
      });
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

/** The public domain of a trusted party's rows. */
const idealDomain = new Uint8Array(ROW_BYTES);

function onlyOnce(step: string): { readonly check: () => void; readonly use: () => void } {
  let used = false;
  const check = (): void => {
    if (used) throw new ProtocolError('reused', step, 'a batch of random OTs expands once');
  };
  return {
    check,
    use: () => {
      check();
      used = true;
    },
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
      const once = onlyOnce('ideal-ot');
      const half: RandomOtSender = {
        count,
        first: batch.first,
        authenticate() {
          once.check();
          return { rows: dealer.rows(batch, 'sender'), delta: dealer.delta().slice(), domain: idealDomain };
        },
        expand(lengths) {
          once.use();
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
      const once = onlyOnce('ideal-ot');
      const half: RandomOtReceiver = {
        count,
        choices: batch.choices.slice(),
        first: batch.first,
        authenticate() {
          once.check();
          return { rows: dealer.rows(batch, 'receiver'), domain: idealDomain };
        },
        expand(lengths) {
          once.use();
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
