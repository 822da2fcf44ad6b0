import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type Schedule, scheduleAt } from '../dist/optim/schedule.js';

const at = (schedule: Schedule, step: number) => Number(scheduleAt(schedule, step, 100).toFixed(9));

describe('scheduleAt', () => {
  it('steps down at the given fractions', () => {
    const schedule: Schedule = { kind: 'step', peak: 1, at: [0.5, 0.75], factor: 0.1 };
    assert.deepEqual(
      [0, 49, 50, 74, 75].map((s) => at(schedule, s)),
      [1, 1, 0.1, 0.1, 0.01],
    );
  });

  it('falls along half a cosine after a linear warm-up', () => {
    const schedule: Schedule = { kind: 'cosine', peak: 2, warmup: 0.1 };
    assert.deepEqual(
      [0, 9, 10, 55].map((s) => at(schedule, s)),
      [0.2, 2, 2, 1],
    );
    assert.equal(at({ kind: 'cosine', peak: 2, final: 1 }, 50), 1.5);
  });

  it('rises and falls in one cycle', () => {
    const schedule: Schedule = { kind: 'one-cycle', peak: 1, rise: 0.2, start: 0.1, final: 0 };
    assert.deepEqual(
      [0, 10, 20, 60].map((s) => at(schedule, s)),
      [0.1, 0.55, 1, 0.5],
    );
  });

  it('rejects rates and steps out of range', () => {
    assert.throws(() => scheduleAt({ kind: 'constant', peak: -1 }, 0, 1), /"peak" expected/);
    assert.throws(() => scheduleAt({ kind: 'constant', peak: 1 }, 5, 5), /"step" expected a number in \[0, 5\), got 5/);
  });
});
