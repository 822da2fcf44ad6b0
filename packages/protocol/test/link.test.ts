import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ProtocolError, type ProtocolErrorCode } from '@relent/crypto';
import { type Channel, memoryChannels, TransportError } from '@relent/protocol';
import { tinyModel } from './network.js';
import { startPair } from './pair.js';

const { integer, images } = tinyModel('block');

type Change = (message: Uint8Array) => readonly Uint8Array[];

/** A channel whose sent message number `at` goes through a change on its way. */
function tampered(channel: Channel, at: number, change: Change): Channel {
  let count = 0;
  let held: Uint8Array | null = null;
  return {
    ...channel,
    async send(message) {
      const changed = count++ === at ? change(message.slice()) : [message];
      if (changed.length === 0) held = message.slice();
      for (const bytes of changed) await channel.send(bytes);
      if (held !== null && changed.length > 0) {
        const late = held;
        held = null;
        await channel.send(late);
      }
    },
  };
}

function flip(message: Uint8Array, at: number): Uint8Array {
  message[at] = (message[at] ?? 0) ^ 1;
  return message;
}

const changes: Readonly<Record<string, Change>> = {
  'a flipped bit in the payload': (message) => [flip(message, message.length - 1)],
  'a flipped bit in the head': (message) => [flip(message, 0)],
  'a truncated message': (message) => [message.subarray(0, message.length - 1)],
  'a message cut to nothing': () => [new Uint8Array(0)],
  'a lengthened message': (message) => [Uint8Array.from([...message, 0])],
  'a repeated message': (message) => [message, message],
  'a reordered message': () => [],
};

async function endsOf(side: 'client' | 'server', at: number, change: Change): Promise<readonly unknown[]> {
  const [near, far] = memoryChannels();
  const channels = [
    side === 'client' ? tampered(near, at, change) : near,
    side === 'server' ? tampered(far, at, change) : far,
  ] as const;
  const { connected, served } = startPair(integer, {
    channels,
    client: { timeoutMs: 400 },
    server: { timeoutMs: 400, idleTimeoutMs: 400 },
  });
  const client = connected
    .then(async (session) => {
      await session.infer(images[0] as Float32Array);
      await session.infer(images[1] as Float32Array);
      await session.close();
    })
    .catch((error: unknown) => error);
  return Promise.all([client, served]);
}

function isCode(error: unknown, code: ProtocolErrorCode): boolean {
  return error instanceof ProtocolError && error.code === code;
}

for (const [name, change] of Object.entries(changes)) {
  for (const side of ['client', 'server'] as const) {
    test(`${name} from the ${side} ends the session with a code, never a hang`, async () => {
      // A message of the handshake and one of an inference.
      for (const at of [1, 6]) {
        const [client, server] = await endsOf(side, at, change);
        const [victim, sender] = side === 'client' ? [server, client] : [client, server];
        // A held message may leave its receiver waiting: then the deadline ends it.
        const reordered = name === 'a reordered message' && victim instanceof TransportError;
        assert.ok(isCode(victim, 'malformed') || reordered, `message ${at}: ${String(victim)}`);
        assert.ok(
          sender instanceof ProtocolError || sender instanceof TransportError,
          `message ${at}: ${String(sender)}`,
        );
      }
    });
  }
}

test('an oversized message is refused', async () => {
  const big: Change = (message) => [message, new Uint8Array(300 * 2 ** 20)];
  const [, server] = await endsOf('client', 0, big);
  assert.ok(isCode(server, 'malformed'), String(server));
});

test('a silent peer ends in a TransportError after the deadline', async () => {
  const [near] = memoryChannels();
  const { connected, served } = startPair(integer, {
    channels: [near, memoryChannels()[0]],
    client: { timeoutMs: 50 },
    server: { timeoutMs: 50 },
  });
  await assert.rejects(connected, TransportError);
  assert.ok((await served) instanceof TransportError);
});

test('a failed session stays failed', async () => {
  const [near, far] = memoryChannels();
  const { connected, served } = startPair(integer, { channels: [near, far] });
  const session = await connected;
  far.close();
  await assert.rejects(session.infer(images[0] as Float32Array), TransportError);
  await assert.rejects(
    session.infer(images[0] as Float32Array),
    /"session" expected an open session, got a failed one/,
  );
  assert.ok((await served) instanceof TransportError);
});
