/**
 * What SoftSpoken costs, as the meter counts it.
 * @module
 */
import type { Cost, MessageCost } from '../../cost.js';
import type { Party } from '../../party.js';
import type { OtLedger } from '../types.js';
import { chunkSizes, correctionBytes, NODE_BYTES, SECURITY_BITS } from './parameters.js';

const POINT_BITS = 8 * 32;
const MASKED_SUM_BITS = 2 * 8 * NODE_BYTES;

/** The direction of what the receiver of the OTs sends. */
const fromReceiver = (receiver: Party): MessageCost['direction'] => (receiver === 'client' ? 'up' : 'down');
const toReceiver = (receiver: Party): MessageCost['direction'] => (receiver === 'client' ? 'down' : 'up');

/**
 * The set-up: base OTs in reversed roles, then the masked sums of the trees.
 * @param receiver - the party that will receive the random OTs.
 */
export function softspokenSetupCost(receiver: Party): Cost {
  return {
    messages: [
      { direction: fromReceiver(receiver), bits: POINT_BITS },
      { direction: toReceiver(receiver), bits: SECURITY_BITS * POINT_BITS },
      { direction: fromReceiver(receiver), bits: SECURITY_BITS * MASKED_SUM_BITS },
    ],
    rots: { client: 0, server: 0 },
  };
}

/**
 * One call of `extend`: 31 bits an instance (rounded up to a multiple of 128 instances), all from the receiver.
 * @param count - instances asked for.
 * @param receiver - the party that receives the random OTs.
 * @throws RangeError if `count` is no natural number.
 */
export function softspokenExtendCost(count: number, receiver: Party): Cost {
  const direction = fromReceiver(receiver);
  const messages = chunkSizes(count).map((chunk): MessageCost => ({ direction, bits: 8 * correctionBytes(chunk) }));
  return { messages, rots: { client: 0, server: 0 } };
}

/**
 * The messages of an extension, call by call.
 * @param receiver - the party that receives the random OTs.
 */
export function softspokenLedger(receiver: Party): OtLedger {
  return {
    setup: softspokenSetupCost(receiver).messages,
    prepare: () => [],
    extend: (count) => softspokenExtendCost(count, receiver).messages,
  };
}
