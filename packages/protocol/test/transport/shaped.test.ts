import assert from 'node:assert/strict';
import { test } from 'node:test';
import { memoryChannels, networkMs, planCost, shapedChannel, wireBytes } from '@relent/protocol';
import { nodeClock } from '@relent/protocol/node';
import { tinyModel } from '../network.js';
import { withSession } from '../pair.js';

const profile = { name: 'test', bitsPerSecond: 1e8, roundTripMs: 6 };

test('a message arrives after its bytes and half a round trip, in order, also when the sender closes', async () => {
  const [near, far] = memoryChannels();
  const shaped = shapedChannel(near, { ...profile, bitsPerSecond: 1e6 }, nodeClock);
  const start = nodeClock.now();
  await shaped.send(new Uint8Array(1_000).fill(1));
  await shaped.send(Uint8Array.of(2));
  shaped.close();
  assert.equal((await far.receive()).length, 1_000);
  const first = nodeClock.now() - start;
  assert.deepEqual(await far.receive(), Uint8Array.of(2));
  const expected = (wireBytes(1_000) * 8) / 1_000 + 3;
  assert.ok(first >= expected - 1.5, `expected at least ${expected} ms, got ${first}`);
});

test('a session over a shaped link takes at least its predicted time on the network', async () => {
  const { integer, images } = tinyModel('patch');
  const [near, far] = memoryChannels();
  const channels = [shapedChannel(near, profile, nodeClock), shapedChannel(far, profile, nodeClock)] as const;
  await withSession(
    integer,
    async (session) => {
      await session.prepare(1);
      const { online } = await session.infer(images[0] as Float32Array);
      const expected = networkMs(planCost(session.plan).online, profile);
      assert.ok(online.ms >= expected * 0.9, `expected at least ${expected} ms, got ${online.ms}`);
    },
    { channels },
  );
});
