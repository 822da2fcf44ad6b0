import assert from 'node:assert/strict';
import { test } from 'node:test';
import { evaluateCost, messageBytes } from '@relent/crypto';

test('bytes are rounded up per message, rounds count changes of direction', () => {
  const cost = evaluateCost({
    messages: [
      { direction: 'down', bits: 9 },
      { direction: 'down', bits: 1 },
      { direction: 'up', bits: 8 },
      { direction: 'down', bits: 17 },
    ],
    rots: { client: 0, server: 0 },
  });
  assert.deepEqual(cost, { bytesUp: 1, bytesDown: 6, messages: 4, rounds: 3 });
});

test('nothing costs nothing', () => {
  assert.deepEqual(evaluateCost({ messages: [], rots: { client: 0, server: 0 } }), {
    bytesUp: 0,
    bytesDown: 0,
    messages: 0,
    rounds: 0,
  });
  assert.equal(messageBytes(0), 0);
});
