import assert from 'node:assert/strict';
import { test } from 'node:test';
import { memoryChannels, TransportError } from '@relent/protocol';

test('messages arrive in order and as copies; those sent before a close still arrive', async () => {
  const [near, far] = memoryChannels();
  const message = Uint8Array.of(1);
  await near.send(message);
  message[0] = 9;
  await near.send(Uint8Array.of(2));
  near.close();
  assert.deepEqual(await far.receive(), Uint8Array.of(1));
  assert.deepEqual(await far.receive(), Uint8Array.of(2));
  await assert.rejects(far.receive(), TransportError);
  await assert.rejects(far.send(message), TransportError);
});

test('a close wakes a waiting receiver', async () => {
  const [near, far] = memoryChannels();
  const waiting = far.receive();
  near.close();
  await assert.rejects(waiting, TransportError);
});
