import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { scope } from '@relent/torch';
import { distillationLoss } from '@relent/train';
import { checkGradient, logits, make, rows, softmax } from './loss-oracle.js';

const others = [0.5, 0.1, -1, 2, -0.4, 0.7];

describe('distillationLoss', () => {
  it('is T² times the divergence of the softened answers, and its gradient that of the formula', () => {
    const t = 4;
    const expected =
      rows(logits)
        .map((row, n) => {
          const q = softmax(row.map((v) => v / t));
          return softmax(rows(others)[n]!.map((v) => v / t)).reduce((sum, p, k) => sum + p * Math.log(p / q[k]!), 0);
        })
        .reduce((a, b) => a + b) *
      (t * t * 0.5);
    assert.ok(Math.abs(scope(() => distillationLoss(make(logits), make(others), t).item()) - expected) < 1e-9);
    checkGradient((x) => distillationLoss(x, make(others), t));
  });

  it('is zero for equal answers and rejects a temperature of zero', () => {
    scope(() => {
      assert.ok(Math.abs(distillationLoss(make(logits), make(logits), 2).item()) < 1e-12);
      assert.throws(() => distillationLoss(make(logits), make(others), 0), /"temperature" expected/);
    });
  });
});
