import assert from 'node:assert/strict';
import { test } from 'node:test';
import { evaluateCost } from '../../../dist/cost.js';
import { softspokenExtendCost, softspokenSetupCost } from '../../../dist/ot/softspoken/cost.js';
import { simulate } from '../../../dist/simulate.js';
import { connect, setUp } from './connect.js';

test('the set-up costs what it says', () => {
  assert.deepEqual(setUp().meter, evaluateCost(softspokenSetupCost('client')));
});

test('an extension costs what it says, at every rounding and beyond one chunk', () => {
  const { receiver, sender } = connect();
  for (const count of [0, 1, 128, 129, 1000, 2 ** 18, 2 ** 18 + 1]) {
    const { meter } = simulate(receiver.extend(count), sender.extend(count));
    assert.deepEqual(meter, evaluateCost(softspokenExtendCost(count, 'client')), `count ${count}`);
  }
});

test('it is 31 bits an instance, and mirrors when the server receives', () => {
  const up = evaluateCost(softspokenExtendCost(2 ** 20, 'client'));
  assert.equal((8 * up.bytesUp) / 2 ** 20, 31);
  assert.equal(up.bytesDown, 0);
  const down = evaluateCost(softspokenExtendCost(2 ** 20, 'server'));
  assert.equal(down.bytesDown, up.bytesUp);
  assert.equal(down.bytesUp, 0);
});
