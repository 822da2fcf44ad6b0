import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { all } from '../dist/all.js';
import { done, type Protocol, receive, send } from '../dist/protocol.js';
import { simulate } from '../dist/simulate.js';

/** Follows a script of "send n bytes" and "receive"; returns what it received. */
function* follow(script: readonly ('send' | 'receive')[], seed: number): Protocol<number[]> {
  const heard: number[] = [];
  for (const [index, action] of script.entries()) {
    if (action === 'send') yield* send(new Uint8Array((seed + index) % 5).fill(seed + index));
    else heard.push((yield* receive()).length);
  }
  return heard;
}

const mirror = (script: readonly ('send' | 'receive')[]) =>
  script.map((action) => (action === 'send' ? 'receive' : 'send'));

const parseError = { name: 'ProtocolError', code: 'malformed', step: 'all' };

test('any scripts run side by side as they run alone, in the longest script’s rounds', () => {
  const scripts = fc.array(fc.array(fc.constantFrom('send' as const, 'receive' as const), { maxLength: 7 }), {
    maxLength: 5,
  });
  fc.assert(
    fc.property(scripts, (list) => {
      const alone = list.map((script, i) => simulate(follow(script, i), follow(mirror(script), i + 40)));
      const together = simulate(
        all(list.map((script, i) => follow(script, i))),
        all(list.map((script, i) => follow(mirror(script), i + 40))),
      );
      assert.deepEqual(
        together.client,
        alone.map((run) => run.client),
      );
      assert.deepEqual(
        together.server,
        alone.map((run) => run.server),
      );
      const longest = Math.max(0, ...alone.map((run) => run.meter.rounds));
      assert.equal(together.meter.rounds, longest);
    }),
  );
});

test('20 openings of 3 bytes are one message of 20 × (4 + 3) bytes', () => {
  const openings = (act: () => Protocol<unknown>) => all(Array.from({ length: 20 }, act));
  const { meter } = simulate(
    openings(() => send(new Uint8Array(3))),
    openings(() => receive()),
  );
  assert.deepEqual(meter, { bytesUp: 140, bytesDown: 0, messages: 1, rounds: 1 });
});

test('one protocol needs no framing, none needs no message', () => {
  const one = simulate(all([send(new Uint8Array(3))]), all([receive()]));
  assert.equal(one.meter.bytesUp, 3);
  const none = simulate(all([]), all([]));
  assert.deepEqual(none.client, []);
  assert.equal(none.meter.messages, 0);
});

test('results keep their places and types', () => {
  const pair = simulate(all([done(7), done('text')]), done(null)).client;
  const [number, text] = pair;
  assert.equal(number + 1, 8);
  assert.equal(text.length, 4);
});

test('groups nest', () => {
  const inner = (act: () => Protocol<unknown>) => all([act(), all([act(), act()])]);
  const { meter } = simulate(
    inner(() => send(new Uint8Array(1))),
    inner(() => receive()),
  );
  // The inner group is one part of 2 × (4 + 1) bytes.
  assert.deepEqual(meter, { bytesUp: 4 + 1 + 4 + 10, bytesDown: 0, messages: 1, rounds: 1 });
});

test('damaged framing is malformed', () => {
  const run = (change: (bytes: Uint8Array) => Uint8Array) => () =>
    simulate(all([send(new Uint8Array(3)), send(new Uint8Array(2))]), all([receive(), receive()]), {
      tamper: (bytes) => change(bytes),
    });
  assert.throws(
    run((bytes) => bytes.subarray(0, bytes.length - 1)),
    parseError,
  );
  assert.throws(
    run((bytes) => Uint8Array.of(...bytes, 0)),
    parseError,
  );
  assert.throws(
    run((bytes) => bytes.map((byte, i) => (i === 0 ? 200 : byte))),
    parseError,
  );
  assert.throws(
    run(() => new Uint8Array(0)),
    parseError,
  );
  // The top bit of a header announces another part, which then swallows the next protocol's header.
  assert.throws(
    run((bytes) => bytes.map((byte, i) => (i === 3 ? byte | 0x80 : byte))),
    parseError,
  );
});

test('a part for a protocol that has ended is malformed', () => {
  const talkative = () => all([send(Uint8Array.of(1)), send(Uint8Array.of(2))]);
  assert.throws(() => simulate(talkative(), all([done(0), receive()])), parseError);
});

test('an error in one protocol ends the others', () => {
  let closed = false;
  function* waits(): Protocol<void> {
    try {
      yield* receive();
    } finally {
      closed = true;
    }
  }
  // biome-ignore lint/correctness/useYield: it fails before its first message.
  function* fails(): Protocol<void> {
    throw new Error('on purpose');
  }
  assert.throws(() => simulate(all([waits(), fails()]), done(null)), /on purpose/);
  assert.ok(closed);
});
