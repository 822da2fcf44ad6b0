import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type Cost, evaluateCost } from '../../../dist/cost.js';
import { ferretExtendCost, ferretLedger, ferretParametersFor, ferretSetupCost } from '../../../dist/ot/ferret/cost.js';
import {
  FERRET_LARGE,
  FERRET_MEDIUM,
  FERRET_SETS,
  FERRET_SMALL,
  LARGER_SET_ITERATIONS,
  netRows,
} from '../../../dist/ot/ferret/parameters.js';
import { softspokenLedger } from '../../../dist/ot/softspoken/cost.js';
import { simulate } from '../../../dist/simulate.js';
import { connect, insecureTiny, setUp } from './connect.js';

const costOf = (messages: Cost['messages']): Cost => ({ messages, rots: { client: 0, server: 0 } });

test('the set-up costs what it says', () => {
  assert.deepEqual(setUp().meter, evaluateCost(ferretSetupCost(insecureTiny, 'client')));
});

test('calls cost what the ledger says, leftovers and preparations included', () => {
  const net = netRows(insecureTiny);
  const call = fc.record({
    kind: fc.constantFrom('prepare', 'extend'),
    count: fc.oneof(fc.nat(300), fc.nat(3 * net), fc.constantFrom(net, net + 1, 2 * net)),
  });
  fc.assert(
    fc.property(fc.array(call, { minLength: 1, maxLength: 6 }), (calls) => {
      const { receiver, sender } = connect();
      const ledger = ferretLedger(insecureTiny, 'client');
      for (const { kind, count } of calls) {
        const { meter } =
          kind === 'prepare'
            ? simulate(receiver.prepare(count), sender.prepare(count))
            : simulate(receiver.extend(count), sender.extend(count));
        const messages = kind === 'prepare' ? ledger.prepare(count) : ledger.extend(count);
        assert.deepEqual(meter, evaluateCost(costOf(messages)));
      }
    }),
    { numRuns: 8 },
  );
});

test('it mirrors when the server receives', () => {
  const toClient = evaluateCost(ferretExtendCost(FERRET_SMALL, 0, 10 ** 6, 'client'));
  const toServer = evaluateCost(ferretExtendCost(FERRET_SMALL, 0, 10 ** 6, 'server'));
  assert.deepEqual(toClient, { bytesUp: 0, bytesDown: 272_000, messages: 2, rounds: 1 });
  assert.deepEqual(toServer, { bytesUp: 272_000, bytesDown: 0, messages: 2, rounds: 1 });
});

test('an instance of the small set costs 1.4 bits, a twentieth of SoftSpoken', () => {
  const count = netRows(FERRET_SMALL);
  const { bytesDown } = evaluateCost(ferretExtendCost(FERRET_SMALL, 0, count, 'client'));
  assert.equal(((8 * bytesDown) / count).toFixed(2), '1.37');
  const { bytesUp } = evaluateCost(costOf(softspokenLedger('client').extend(count)));
  assert.ok(bytesUp > 20 * bytesDown);
});

test('the set is the smallest that needs few iterations', () => {
  const most = LARGER_SET_ITERATIONS * netRows(FERRET_SMALL);
  assert.equal(ferretParametersFor(0), FERRET_SMALL);
  assert.equal(ferretParametersFor(most), FERRET_SMALL);
  assert.equal(ferretParametersFor(most + 1), FERRET_MEDIUM);
  assert.equal(ferretParametersFor(LARGER_SET_ITERATIONS * netRows(FERRET_MEDIUM) + 1), FERRET_LARGE);
  assert.equal(ferretParametersFor(10 ** 10), FERRET_LARGE);
});

test('larger sets move fewer bytes an instance', () => {
  const bits = FERRET_SETS.map((set) => {
    const { bytesDown } = evaluateCost(ferretExtendCost(set, 0, netRows(set), 'client'));
    return ((8 * bytesDown) / netRows(set)).toFixed(2);
  });
  assert.deepEqual(bits, ['1.37', '0.73', '0.39']);
});

test('counts must be natural numbers', () => {
  assert.throws(() => ferretExtendCost(FERRET_SMALL, 0, -1, 'client'), RangeError);
  assert.throws(() => ferretParametersFor(0.5), { name: 'RangeError', message: /^"count" expected a natural number/ });
});
