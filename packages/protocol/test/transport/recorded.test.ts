import assert from 'node:assert/strict';
import { test } from 'node:test';
import { connectSession, memoryChannels, recordedChannel, replayedChannel, TransportError } from '@relent/protocol';
import { tinyModel } from '../network.js';
import { startPair, toolsOf } from '../pair.js';

const { integer, images } = tinyModel('channel');
const image = images[0] as Float32Array;

async function record() {
  const [near, far] = memoryChannels();
  const { channel, recording } = recordedChannel(near);
  const { connected, served } = startPair(integer, { channels: [channel, far] });
  const session = await connected;
  const { logits } = await session.infer(image);
  await session.close();
  await served;
  return { logits, recording };
}

test('a recorded session replays without a server', async () => {
  const { logits, recording } = await record();
  const session = await connectSession(replayedChannel(recording), toolsOf(2));
  assert.deepEqual((await session.infer(image)).logits, logits);
  await session.close();
});

test('a replay refuses a client that sends something else', async () => {
  const { recording } = await record();
  await assert.rejects(connectSession(replayedChannel(recording), toolsOf(3)), TransportError);
});

test('a replay ends where the recording ends', async () => {
  const { recording } = await record();
  await assert.rejects(connectSession(replayedChannel(recording.slice(0, 4)), toolsOf(2)), TransportError);
});
