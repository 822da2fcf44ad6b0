import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ProtocolError, type ProtocolErrorCode } from '@relent/crypto';
import { type Channel, Link, memoryChannels, TrafficMeter, TransportError } from '@relent/protocol';
import { nodeClock } from '@relent/protocol/node';
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
    client: { timeoutMs: 1_000 },
    server: { timeoutMs: 1_000, idleTimeoutMs: 1_000 },
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

function linkPair(): readonly [Link, Link] {
  const [near, far] = memoryChannels();
  const linkOver = (channel: Channel): Link => {
    const meter = new TrafficMeter('client', nodeClock);
    return new Link(channel, { clock: nodeClock, meter, timeoutMs: 1_000, maxMessageBytes: 1_000 });
  };
  return [linkOver(near), linkOver(far)];
}

test('a side that only sends learns why the peer closed', async () => {
  const [near, far] = linkPair();
  await far.send('data', Uint8Array.of(1));
  await far.fail(new ProtocolError('parameters', 'test', 'enough'));
  await assert.rejects(near.send('data', Uint8Array.of(2)), (error) => {
    assert.ok(isCode(error, 'aborted'), String(error));
    return /"parameters"/.test((error as Error).message);
  });
  const [open, gone] = linkPair();
  gone.close();
  await assert.rejects(open.send('data', Uint8Array.of(2)), TransportError);
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
