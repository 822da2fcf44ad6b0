import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ProtocolError } from '@relent/crypto';
import type { IntegerModel } from '@relent/graph';
import { type Channel, Link, memoryChannels, TrafficMeter } from '@relent/protocol';
import { nodeClock } from '@relent/protocol/node';
import { tinyModel } from './network.js';
import { startPair } from './pair.js';

const { integer, images } = tinyModel('block');

/** Changes the bytes of a request on its way out, keeping its envelope valid. */
function rewriting(channel: Channel, change: (request: Uint8Array) => Uint8Array): Channel {
  const meter = new TrafficMeter('client', nodeClock);
  let link: Link | null = null;
  let count = 0;
  return {
    ...channel,
    async send(message) {
      const number = count++;
      const isRequest = message[0] === 4;
      if (!isRequest) return channel.send(message);
      // A link of its own writes the envelope anew, from the sequence number on which the session stands.
      const skip: Channel = { ...channel, send: async () => undefined };
      const options = { clock: nodeClock, meter, timeoutMs: 1_000, maxMessageBytes: 1_000 };
      let open = false;
      link = new Link({ ...channel, send: (bytes) => (open ? channel.send(bytes) : skip.send(bytes)) }, options);
      for (let i = 0; i < number; i++) await link.send('data', new Uint8Array(0));
      open = true;
      await link.send('request', change(message.subarray(12)));
    },
  };
}

async function serverEnd(change: (request: Uint8Array, index: number) => Uint8Array, model: IntegerModel = integer) {
  const [near, far] = memoryChannels();
  let requests = 0;
  const channel = rewriting(near, (request) => change(request, requests++));
  const { connected, served } = startPair(model, { channels: [channel, far] });
  const session = await connected;
  const client = await (async () => {
    await session.infer(images[0] as Float32Array);
    await session.infer(images[1] as Float32Array);
  })().catch((error: unknown) => error);
  return { client, server: await served };
}

test('correlations of an earlier inference are refused', async () => {
  // Requests: transfer, offline 0, online 0, offline 1, online 1; the last one names the used correlations.
  const { client, server } = await serverEnd((request, index) => {
    const changed = request.slice();
    if (index === 4) changed[1] = 0;
    return changed;
  });
  assert.ok(server instanceof ProtocolError && server.code === 'reused', String(server));
  assert.ok(client instanceof ProtocolError && client.code === 'aborted', String(client));
});

test('an offline phase under a taken index is refused', async () => {
  const { server } = await serverEnd((request, index) => {
    const changed = request.slice();
    if (index === 3) changed[1] = 0;
    return changed;
  });
  assert.ok(server instanceof ProtocolError && server.code === 'reused', String(server));
});

test('an unknown request is refused', async () => {
  const { server } = await serverEnd((request, index) =>
    Uint8Array.from(request, (byte, i) => (i === 0 && index > 0 ? 9 : byte)),
  );
  assert.ok(server instanceof ProtocolError && server.code === 'malformed', String(server));
});

test('a client that prepares without end is refused', async () => {
  const { connected, served } = startPair(integer, { server: { maxPrepared: 1 } });
  const session = await connected;
  await assert.rejects(session.prepare(2), (error) => error instanceof ProtocolError && error.code === 'aborted');
  const ended = await served;
  assert.ok(ended instanceof ProtocolError && ended.code === 'parameters', String(ended));
});
