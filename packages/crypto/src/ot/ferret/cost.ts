/**
 * What Ferret costs, as the meter counts it, and the choice of a set by it.
 * @module
 */
import type { Cost, MessageCost } from '../../cost.js';
import type { Party } from '../../party.js';
import { softspokenExtendCost, softspokenSetupCost } from '../softspoken/cost.js';
import type { OtLedger } from '../types.js';
import {
  FERRET_LARGE,
  FERRET_SETS,
  type FerretParameters,
  iterationBytes,
  LARGER_SET_ITERATIONS,
  netRows,
  rowsSpent,
} from './parameters.js';

/**
 * The set-up: that of SoftSpoken, and the first k + t · depth correlated OTs from it.
 * @param receiver - the party that will receive the random OTs.
 */
export function ferretSetupCost(parameters: FerretParameters, receiver: Party): Cost {
  const { messages, rots } = softspokenSetupCost(receiver);
  return { messages: [...messages, ...softspokenExtendCost(rowsSpent(parameters), receiver).messages], rots };
}

/**
 * One call of `prepare` or `extend`: t · depth · 16 bytes for each iteration, all from the sender.
 * @param held - instances that earlier iterations left over.
 * @param count - instances asked for.
 * @param receiver - the party that receives the random OTs.
 * @throws RangeError if `count` is no natural number.
 */
export function ferretExtendCost(parameters: FerretParameters, held: number, count: number, receiver: Party): Cost {
  if (!Number.isSafeInteger(count) || count < 0) {
    throw new RangeError(`"count" expected a natural number, got ${count}`);
  }
  const iterations = Math.max(0, Math.ceil((count - held) / netRows(parameters)));
  const direction: MessageCost['direction'] = receiver === 'client' ? 'down' : 'up';
  const message: MessageCost = { direction, bits: 8 * iterationBytes(parameters) };
  return { messages: Array.from({ length: iterations }, () => message), rots: { client: 0, server: 0 } };
}

/**
 * The messages of an extension, call by call; it counts the leftovers as the extension does.
 * @param receiver - the party that receives the random OTs.
 */
export function ferretLedger(parameters: FerretParameters, receiver: Party): OtLedger {
  let held = 0;
  const prepare = (count: number): readonly MessageCost[] => {
    const { messages } = ferretExtendCost(parameters, held, count, receiver);
    held += messages.length * netRows(parameters);
    return messages;
  };
  return {
    setup: ferretSetupCost(parameters, receiver).messages,
    prepare,
    extend(count) {
      const messages = prepare(count);
      held -= count;
      return messages;
    },
  };
}

/**
 * The set for a demand: the smallest that meets it in {@link LARGER_SET_ITERATIONS} iterations, else the largest. A larger
 * set moves fewer bytes an instance, but holds more rows in memory, and its table leaves the caches of a core, so that each
 * instance takes longer.
 * @throws RangeError if `demand` is no natural number.
 */
export function ferretParametersFor(demand: number): FerretParameters {
  const fits = (set: FerretParameters): boolean =>
    ferretExtendCost(set, 0, demand, 'client').messages.length <= LARGER_SET_ITERATIONS;
  return FERRET_SETS.find(fits) ?? FERRET_LARGE;
}
