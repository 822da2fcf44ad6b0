import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Clock, memoryChannels, wireBytes } from '@relent/protocol';
import { type Progress, ProgressTracker } from '../dist/progress.js';

test('bytes of a phase are counted as the wire carries them, reported in steps and exactly at the end', async () => {
  let now = 0;
  const clock: Clock = { now: () => now, after: () => () => undefined };
  const reports: Progress[] = [];
  const tracker = new ProgressTracker(clock, (progress) => reports.push(progress));
  const [near, far] = memoryChannels();
  const channel = tracker.watch(near);
  tracker.begin('offline', 3, 1_000);
  await channel.send(new Uint8Array(100));
  now = 60;
  await far.send(new Uint8Array(7));
  await channel.receive();
  now = 70;
  await channel.send(new Uint8Array(1));
  tracker.finish({ bytesUp: 111, bytesDown: 11, messages: 3, rounds: 2, ms: 70, steps: [] });
  tracker.begin('online', 0, null);
  const base = { phase: 'offline', index: 3, expectedBytes: 1_000, done: false };
  assert.deepEqual(reports, [
    { ...base, bytesUp: 0, bytesDown: 0, ms: 0 },
    { ...base, bytesUp: wireBytes(100), bytesDown: wireBytes(7), ms: 60 },
    { ...base, bytesUp: 111, bytesDown: 11, ms: 70, done: true },
    { phase: 'online', index: 0, expectedBytes: null, bytesUp: 0, bytesDown: 0, ms: 0, done: false },
  ]);
});
