import assert from 'node:assert/strict';
import { connect, createServer, type Socket } from 'node:net';
import { test } from 'node:test';
import { ProtocolError } from '@relent/crypto';
import { interpretInteger, quantizeImage } from '@relent/graph';
import { type Channel, connectSession, serveSession, TransportError, wireBytes } from '@relent/protocol';
import { connectTcp, type Listener, type ListenOptions, listen } from '@relent/protocol/node';
import { tinyModel } from '../../network.js';
import { info, toolsOf } from '../../pair.js';

const { integer, images } = tinyModel('channel');
const image = images[0] as Float32Array;
const host = '127.0.0.1';

async function withListener(options: Partial<ListenOptions>, use: (listener: Listener) => Promise<void>) {
  let seed = 10;
  const onSession = (channel: Channel) =>
    serveSession({ integer, info }, channel, { ...toolsOf(seed++), timeoutMs: 30_000, idleTimeoutMs: 30_000 });
  const listener = await listen({ port: 0, onSession, ...options });
  try {
    await use(listener);
  } finally {
    await listener.close();
  }
}

async function inferOnce(port: number, seed: number): Promise<void> {
  const channel = await connectTcp({ port, host });
  const session = await connectSession(channel, { ...toolsOf(seed), keepShares: true, timeoutMs: 30_000 });
  const result = await session.infer(image);
  const clientShares = (site: string) => result.clientShares?.get(site) as Int32Array;
  const expected = interpretInteger(integer, quantizeImage(integer.graph, image), { mode: 'shares', clientShares });
  assert.deepEqual(result.logits, expected.output);
  await session.close();
}

test('several clients at once over TCP', async () => {
  await withListener({}, async ({ port }) => {
    await Promise.all([inferOnce(port, 50), inferOnce(port, 51), inferOnce(port, 52)]);
  });
});

test('the server keeps serving after a client that dropped mid-way and one that sent garbage', async () => {
  const failures: unknown[] = [];
  await withListener({ onSessionError: (error) => failures.push(error) }, async ({ port }) => {
    const dropping = connect({ port, host });
    await new Promise((resolve) => dropping.once('connect', resolve));
    dropping.write(Uint8Array.of(200, 0, 0, 0, 1, 2, 3));
    dropping.destroy();
    const garbage = connect({ port, host });
    garbage.on('error', () => undefined);
    garbage.resume();
    garbage.write(new Uint8Array(4096).fill(0xff));
    await new Promise((resolve) => garbage.once('close', resolve));
    const channel = await connectTcp({ port, host });
    const half = await connectSession(channel, { ...toolsOf(60), timeoutMs: 30_000 });
    const interrupted = half.infer(image);
    channel.close();
    await assert.rejects(interrupted, TransportError);
    await inferOnce(port, 61);
  });
  assert.ok(
    failures.some((error) => error instanceof TransportError),
    String(failures),
  );
  assert.ok(
    failures.some((error) => error instanceof ProtocolError && error.code === 'malformed'),
    String(failures),
  );
});

test('a busy port and an absent server are named', async () => {
  await withListener({}, async ({ port }) => {
    const again = listen({ port, onSession: async () => undefined });
    await assert.rejects(again, new TransportError(`"port" expected a free port, got ${port} (in use)`));
  });
  const free = createServer();
  const port = await new Promise<number>((resolve) => {
    free.listen(0, host, () => resolve((free.address() as { port: number }).port));
  });
  await new Promise((resolve) => free.close(resolve));
  await assert.rejects(connectTcp({ port, host }), /expected an answer from 127\.0\.0\.1:\d+, got a refusal/);
});

/** A raw socket and a channel on the two ends of one connection. */
async function rawPair(maxMessageBytes: number, use: (raw: Socket, channel: Channel) => Promise<void>) {
  let handle: (channel: Channel) => void = () => undefined;
  const accepted = new Promise<Channel>((resolve) => {
    handle = resolve;
  });
  let release: () => void = () => undefined;
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  const onSession = async (channel: Channel) => {
    handle(channel);
    await held;
  };
  await withListener({ onSession, maxMessageBytes }, async ({ port }) => {
    const raw = connect({ port, host });
    raw.on('error', () => undefined);
    try {
      await use(raw, await accepted);
    } finally {
      release();
      raw.destroy();
    }
  });
}

test('frames that are too long, and messages that are, end in ProtocolError malformed', async () => {
  const isMalformed = (error: unknown) => error instanceof ProtocolError && error.code === 'malformed';
  await rawPair(1_000, async (raw, channel) => {
    raw.write(Uint8Array.of(0, 0, 0, 0x7f));
    await assert.rejects(channel.receive(), isMalformed);
  });
  await rawPair(1_000, async (raw, channel) => {
    raw.write(Uint8Array.of(0xe9, 3, 0, 0));
    await assert.rejects(channel.receive(), isMalformed);
  });
  await rawPair(1_000, async (raw, channel) => {
    raw.write(Uint8Array.of(0xff, 3, 0, 0x80));
    await assert.rejects(channel.receive(), isMalformed);
  });
});

test('a connection that ends inside a message is a TransportError', async () => {
  await rawPair(1_000, async (raw, channel) => {
    raw.end(Uint8Array.of(10, 0, 0, 0, 1));
    await assert.rejects(channel.receive(), /closed by the peer inside a message/);
  });
});

test('messages of every size pass, cut into frames, in the bytes that wireBytes says', async () => {
  const sizes = [0, 1, 2 ** 20 - 1, 2 ** 20, 2 ** 20 + 1, 3 * 2 ** 20, 2 ** 24 + 5];
  const onSession = async (channel: Channel) => {
    for (const _ of sizes) await channel.send(await channel.receive());
  };
  await withListener({ onSession }, async ({ port }) => {
    const channel = await connectTcp({ port, host });
    for (const size of sizes) {
      const message = new Uint8Array(size).map((_, i) => i * 31);
      await channel.send(message);
      assert.deepEqual(await channel.receive(), message);
    }
    channel.close();
  });
  await rawPair(2 ** 25, async (raw, channel) => {
    let bytes = 0;
    raw.on('data', (piece: Uint8Array) => {
      bytes += piece.length;
    });
    const total = sizes.reduce((sum, size) => sum + wireBytes(size), 0);
    for (const size of sizes) await channel.send(new Uint8Array(size));
    while (bytes < total) await new Promise((resolve) => setTimeout(resolve, 5));
    assert.equal(bytes, total);
  });
});
