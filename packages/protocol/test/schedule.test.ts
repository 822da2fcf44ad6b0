import assert from 'node:assert/strict';
import { test } from 'node:test';
import { all, type MessageCost, messageBytes, type Protocol, receive, send, simulate } from '@relent/crypto';
import fc from 'fast-check';
import { type Lane, schedule } from '../dist/schedule.js';

/** A protocol that exchanges zeros of the listed sizes. */
function* zeros(messages: readonly MessageCost[], mine: 'up' | 'down'): Protocol<void> {
  for (const { direction, bits } of messages) {
    if (direction === mine) yield* send(new Uint8Array(messageBytes(bits)));
    else assert.equal((yield* receive()).length, messageBytes(bits));
  }
}

const message = fc.record({ direction: fc.constantFrom('up' as const, 'down' as const), bits: fc.nat(100) });
const lanes = fc.array(fc.array(message, { maxLength: 6 }), { minLength: 1, maxLength: 4 });

function* run(stages: readonly (readonly (readonly MessageCost[])[])[], mine: 'up' | 'down'): Protocol<void> {
  for (const stage of stages) yield* all(stage.map((messages) => zeros(messages, mine)));
}

test('a schedule has the bytes, messages and rounds of the protocols run by `all`', () => {
  fc.assert(
    fc.property(fc.array(lanes, { maxLength: 3 }), (stages) => {
      const { meter } = simulate(run(stages, 'up'), run(stages, 'down'));
      const messages = schedule(
        stages.map((stage) => ({ step: 's', lanes: stage.map((list): Lane => ({ step: 'lane', messages: list })) })),
      );
      const sum = (direction: string) =>
        messages.reduce((total, entry) => total + (entry.direction === direction ? entry.payloadBytes : 0), 0);
      assert.deepEqual(
        {
          bytesUp: sum('up'),
          bytesDown: sum('down'),
          messages: messages.length,
          rounds: Math.max(0, ...messages.map(({ depth }) => depth)),
        },
        meter,
      );
    }),
    { seed: 7, numRuns: 300 },
  );
});
