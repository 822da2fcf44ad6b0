import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { runJobs } from '../dist/sweep/jobs.js';

test('jobs start in order, and never more than the limit run at once', async () => {
  for (const limit of [1, 2, 3, 9]) {
    let running = 0;
    let most = 0;
    const started: number[] = [];
    await runJobs([5, 1, 4, 2, 3], limit, async (turns, index) => {
      started.push(index);
      most = Math.max(most, ++running);
      for (let i = 0; i < turns; i++) await setImmediate();
      running--;
    });
    assert.deepEqual(started, [0, 1, 2, 3, 4]);
    assert.equal(most, Math.min(limit, 5));
  }
});

test('an error stops further jobs, and comes after those under way', async () => {
  const ended: number[] = [];
  const run = runJobs([0, 1, 2, 3], 2, async (job) => {
    if (job === 0) throw new Error('broken');
    for (let i = 0; i < 3; i++) await setImmediate();
    ended.push(job);
  });
  await assert.rejects(run, /broken/);
  assert.deepEqual(ended, [1]);
});
