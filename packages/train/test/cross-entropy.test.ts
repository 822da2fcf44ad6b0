import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { scope, tensor } from '@relent/torch';
import { crossEntropyLoss } from '@relent/train';
import { checkGradient, logits, make, rows, softmax } from './loss-oracle.js';

const labels = [2, 0];

describe('crossEntropyLoss', () => {
  it('is the smoothed cross-entropy, and its gradient that of the formula', () => {
    const epsilon = 0.1;
    const expected =
      rows(logits)
        .map((row, n) =>
          softmax(row).reduce(
            (sum, p, k) => sum - ((k === labels[n] ? 1 - epsilon : 0) + epsilon / 3) * Math.log(p),
            0,
          ),
        )
        .reduce((a, b) => a + b) / 2;
    const target = tensor(labels, { dtype: 'int64' });
    assert.ok(Math.abs(scope(() => crossEntropyLoss(make(logits), target, epsilon).item()) - expected) < 1e-9);
    checkGradient((x) => crossEntropyLoss(x, target, epsilon));
    assert.throws(() => crossEntropyLoss(make(logits), target, 1), /"labelSmoothing" expected/);
  });
});
