import assert from 'node:assert/strict';
import { test } from 'node:test';
import { done, type Protocol, receive, send } from '../dist/protocol.js';
import { simulate } from '../dist/simulate.js';

function* ping(times: number): Protocol<string> {
  for (let i = 0; i < times; i++) {
    yield* send(Uint8Array.of(1, 2, 3));
    yield* receive();
  }
  return 'pinged';
}

function* pong(times: number): Protocol<string> {
  for (let i = 0; i < times; i++) {
    yield* receive();
    yield* send(Uint8Array.of(4));
  }
  return 'ponged';
}

test('meters bytes by direction, messages and rounds', () => {
  const { client, server, meter } = simulate(ping(5), pong(5));
  assert.deepEqual([client, server], ['pinged', 'ponged']);
  assert.deepEqual(meter, { bytesUp: 15, bytesDown: 5, messages: 10, rounds: 10 });
});

test('messages sent in a row, and messages that cross, are one round', () => {
  function* greet(): Protocol<void> {
    yield* send(Uint8Array.of(1));
    yield* send(Uint8Array.of(2));
    yield* receive();
    yield* receive();
  }
  assert.deepEqual(simulate(greet(), greet()).meter, { bytesUp: 2, bytesDown: 2, messages: 4, rounds: 1 });
});

test('a protocol without messages costs nothing', () => {
  assert.deepEqual(simulate(done(1), done(2)).meter, { bytesUp: 0, bytesDown: 0, messages: 0, rounds: 0 });
});

test('deadlock and unread messages are errors', () => {
  const aborted = (message: RegExp) => ({ name: 'ProtocolError', code: 'aborted', step: 'simulate', message });
  assert.throws(() => simulate(receive(), receive()), aborted(/deadlock: client waiting, server waiting/));
  assert.throws(() => simulate(ping(1), done(null)), aborted(/deadlock: client waiting, server finished/));
  assert.throws(() => simulate(send(Uint8Array.of(1)), done(null)), aborted(/got 1 unread/));
});

test('records by direction, copies what it delivers', () => {
  const shared = Uint8Array.of(7);
  function* reuses(): Protocol<void> {
    yield* send(shared);
    shared[0] = 8;
    yield* send(shared);
  }
  function* collects(): Protocol<number[]> {
    return [(yield* receive())[0]!, (yield* receive())[0]!];
  }
  const { server, transcript } = simulate(reuses(), collects(), { record: true });
  assert.deepEqual(server, [7, 8]);
  assert.deepEqual(transcript, { up: [Uint8Array.of(7), Uint8Array.of(8)], down: [] });
  assert.deepEqual(simulate(ping(1), pong(1)).transcript, { up: [], down: [] });
});

test('tampering sees index and direction, replaces and drops', () => {
  const seen: [number, string][] = [];
  const tamper = (bytes: Uint8Array, index: number, direction: string) => {
    seen.push([index, direction]);
    return index === 0 ? Uint8Array.of(9) : bytes;
  };
  function* first(): Protocol<number> {
    const value = (yield* receive())[0]!;
    yield* send(Uint8Array.of(value));
    return value;
  }
  function* second(): Protocol<number> {
    yield* send(Uint8Array.of(1));
    return (yield* receive())[0]!;
  }
  const { client, server } = simulate(second(), first(), { tamper });
  assert.deepEqual([client, server], [9, 9]);
  assert.deepEqual(seen, [
    [0, 'up'],
    [1, 'down'],
  ]);
  assert.throws(() => simulate(second(), first(), { tamper: () => null }), { code: 'aborted' });
});

test('closes both sides after an error', () => {
  let closed = false;
  function* waits(): Protocol<void> {
    try {
      yield* receive();
    } finally {
      closed = true;
    }
  }
  function* fails(): Protocol<void> {
    yield* receive();
  }
  assert.throws(() => simulate(waits(), fails()));
  assert.ok(closed);
});
