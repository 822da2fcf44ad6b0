import assert from 'node:assert/strict';
import { once } from 'node:events';
import { get } from 'node:http';
import { connect } from 'node:net';
import { test } from 'node:test';
import { ProtocolError } from '@relent/crypto';
import { interpretInteger, quantizeImage } from '@relent/graph';
import { type Channel, connectSession, serveSession, TransportError, webSocketMessageBytes } from '@relent/protocol';
import { connectTcp, connectWebSocket, type Listener, type ListenOptions, listen } from '@relent/protocol/node';
import { WebSocket } from 'ws';
import { tinyModel } from '../../network.js';
import { info, toolsOf } from '../../pair.js';

const { integer, images } = tinyModel('channel');
const image = images[0] as Float32Array;
const host = '127.0.0.1';
const urlOf = (port: number) => `ws://${host}:${port}`;

async function withListener(options: Partial<ListenOptions>, use: (listener: Listener) => Promise<void>) {
  let seed = 10;
  const onSession = (channel: Channel) =>
    serveSession({ integer, info }, channel, { ...toolsOf(seed++), timeoutMs: 30_000, idleTimeoutMs: 30_000 });
  const listener = await listen({ port: 0, webSocket: { origins: [] }, onSession, ...options });
  try {
    await use(listener);
  } finally {
    await listener.close();
  }
}

async function inferOnce(channel: Channel, seed: number): Promise<void> {
  const session = await connectSession(channel, { ...toolsOf(seed), keepShares: true, timeoutMs: 30_000 });
  const result = await session.infer(image);
  const clientShares = (site: string) => result.clientShares?.get(site) as Int32Array;
  const expected = interpretInteger(integer, quantizeImage(integer.graph, image), { mode: 'shares', clientShares });
  assert.deepEqual(result.logits, expected.output);
  await session.close();
}

/** A raw WebSocket and a channel on the two ends of one connection. */
async function rawPair(use: (raw: WebSocket, channel: Channel) => Promise<void>, maxMessageBytes = 1_000) {
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
    const raw = new WebSocket(urlOf(port));
    raw.on('error', () => undefined);
    await once(raw, 'open');
    try {
      await use(raw, await accepted);
    } finally {
      release();
      raw.terminate();
    }
  });
}

const isMalformed = (error: unknown) => error instanceof ProtocolError && error.code === 'malformed';

test('one port serves TCP and WebSockets, several clients at once', async () => {
  await withListener({}, async ({ port }) => {
    await Promise.all([
      connectWebSocket({ url: urlOf(port) }).then((channel) => inferOnce(channel, 50)),
      connectTcp({ port, host }).then((channel) => inferOnce(channel, 51)),
    ]);
  });
});

test('the first bytes may come one by one, and a client that says nothing is dropped with a note', async () => {
  const failures: unknown[] = [];
  await withListener({ onSessionError: (error) => failures.push(error) }, async ({ port }) => {
    const slow = connect({ port, host });
    slow.setNoDelay(true);
    let answer = '';
    slow.on('data', (bytes) => {
      answer += String(bytes);
    });
    for (const letter of 'GET / HTTP/1.1\r\nHost: x\r\n\r\n') {
      slow.write(letter);
      await new Promise((resolve) => setImmediate(resolve));
    }
    await once(slow, 'close');
    assert.match(answer, /^HTTP\/1\.1 426 /);
    const silent = connect({ port, host });
    silent.end();
    silent.resume();
    await once(silent, 'close');
    assert.ok(failures.some((error) => error instanceof TransportError && /speak first/.test(error.message)));
  });
});

test('pages of other origins are refused unless admitted', async () => {
  const failures: Error[] = [];
  const onSessionError = (error: unknown) => failures.push(error as Error);
  const onSession = async () => undefined;
  const attempt = async (port: number, origin: string) => {
    const socket = new WebSocket(urlOf(port), { origin });
    const [outcome] = await Promise.race([
      once(socket, 'open').then(() => ['open']),
      once(socket, 'unexpected-response'),
    ]);
    socket.on('error', () => undefined);
    socket.terminate();
    return outcome === 'open';
  };
  await withListener({ onSession, onSessionError }, async ({ port }) => {
    assert.equal(await attempt(port, 'https://example.org'), false);
    assert.match(String(failures[0]?.message), /"origin" expected an admitted one/);
    assert.equal(await attempt(port, 'null'), false);
    assert.equal(await attempt(port, 'http://localhost.example.org'), false);
    assert.equal(await attempt(port, 'http://localhost:8080'), true);
    assert.equal(await attempt(port, 'http://[::1]:8080'), true);
  });
  await withListener({ onSession, webSocket: { origins: ['https://example.org'] } }, async ({ port }) => {
    assert.equal(await attempt(port, 'https://example.org'), true);
    assert.equal(await attempt(port, 'https://example.org:444'), false);
  });
  await withListener({ onSession, webSocket: { origins: 'any' } }, async ({ port }) => {
    assert.equal(await attempt(port, 'https://example.net'), true);
  });
});

test('a request that is no WebSocket is told so', async () => {
  await withListener({}, async ({ port }) => {
    const [response] = await once(get(`http://${host}:${port}/`), 'response');
    assert.equal(response.statusCode, 426);
    response.resume();
  });
});

test('frames and messages that are too long, and text, end in ProtocolError malformed', async () => {
  const broken: readonly (string | Uint8Array)[] = [
    'text',
    Uint8Array.of(0, 0, 0, 0x7f),
    Uint8Array.of(0xe9, 3, 0, 0),
    Uint8Array.of(0xff, 3, 0, 0x80),
    new Uint8Array(webSocketMessageBytes + 1),
  ];
  for (const data of broken) {
    await rawPair(async (raw, channel) => {
      raw.send(data);
      await assert.rejects(channel.receive(), isMalformed);
    });
  }
  await rawPair(async (raw, channel) => {
    // A frame that no WebSocket has: reserved bits set.
    (raw as unknown as { _socket: { write(bytes: Uint8Array): void } })._socket.write(Uint8Array.of(0xff, 0x80, 0, 0));
    await assert.rejects(channel.receive(), isMalformed);
  });
});

test('a stranger gets no room for a long message: one beyond the greeting ends the session by its first frame', async () => {
  const failures: unknown[] = [];
  const onSessionError = (error: unknown) => failures.push(error);
  await withListener({ onSessionError }, async ({ port }) => {
    // Heads of a frame of 5,000 bytes, none of which is sent.
    const head = Uint8Array.of(0x88, 0x13, 0, 0);
    const raw = new WebSocket(urlOf(port));
    await once(raw, 'open');
    raw.send(head);
    await once(raw, 'close');
    const socket = connect({ port, host });
    socket.on('error', () => undefined);
    socket.resume();
    socket.write(head);
    await once(socket, 'close');
  });
  assert.equal(failures.length, 2);
  assert.ok(failures.every(isMalformed), String(failures));
});

test('a connection that ends inside a message, or is dropped, is a TransportError', async () => {
  await rawPair(async (raw, channel) => {
    raw.send(Uint8Array.of(10, 0, 0, 0, 1));
    raw.close();
    await assert.rejects(channel.receive(), /closed by the peer inside a message/);
  });
  await rawPair(async (raw, channel) => {
    raw.terminate();
    await assert.rejects(channel.receive(), TransportError);
    await assert.rejects(channel.send(new Uint8Array(1)), TransportError);
  });
});

test('frames may be cut anywhere, and what came before the end is read', async () => {
  await rawPair(async (raw, channel) => {
    for (const piece of [[2], [0, 0, 0, 7], [8, 1, 0, 0, 0, 9, 0, 0, 0, 0]]) raw.send(Uint8Array.from(piece));
    raw.close();
    await once(raw, 'close');
    assert.deepEqual([...(await channel.receive())], [7, 8]);
    assert.deepEqual([...(await channel.receive())], [9]);
    assert.deepEqual([...(await channel.receive())], []);
    await assert.rejects(channel.receive(), /closed by the peer between messages/);
  });
});

test('messages of every size pass; both sides may send at once, and sends keep their order', async () => {
  const sizes = [0, 1, 2 ** 20 - 1, 2 ** 20, 2 ** 20 + 1, 9 * 2 ** 20 + 5];
  const messageOf = (size: number) => {
    const message = new Uint8Array(size);
    for (let i = 0; i < size; i++) message[i] = i * 31;
    return message;
  };
  const sendAll = (channel: Channel) => Promise.all(sizes.map((size) => channel.send(messageOf(size))));
  const receiveAll = async (channel: Channel) => {
    for (const size of sizes) assert.ok(Buffer.compare(await channel.receive(), messageOf(size)) === 0);
  };
  let served: Promise<unknown> = Promise.resolve();
  const onSession = (channel: Channel) => {
    served = Promise.all([sendAll(channel), receiveAll(channel)]);
    return served;
  };
  await withListener({ onSession }, async ({ port }) => {
    const channel = await connectWebSocket({ url: urlOf(port) });
    await Promise.all([sendAll(channel), receiveAll(channel)]);
    await served;
    channel.close();
    channel.close();
    await assert.rejects(channel.receive(), TransportError);
  });
});

test('a wrong address and an absent server are named', async () => {
  await assert.rejects(connectWebSocket({ url: 'nowhere' }), /"url" expected an address such as wss/);
  let port = 0;
  await withListener({}, async (listener) => {
    port = listener.port;
  });
  await assert.rejects(connectWebSocket({ url: urlOf(port) }), /expected an answer from .*, got a refusal/);
});
