import assert from 'node:assert/strict';
import { test } from 'node:test';
import { crossEntropy, klDiv, mseLoss, nllLoss, randn, scope, tensor } from '@relent/torch';
import { close } from './close.js';

const rows = [
  [0.2, -1, 3],
  [1, 1, -2],
];
const softmax = (row: readonly number[]) => {
  const total = row.reduce((sum, value) => sum + Math.exp(value), 0);
  return row.map((value) => Math.exp(value) / total);
};
const classes = [2, 0];

test('crossEntropy agrees with its definition, with and without label smoothing', () => {
  scope(() => {
    const logits = tensor(rows, { dtype: 'float64' });
    const target = tensor(classes, { dtype: 'int64' });
    for (const labelSmoothing of [0, 0.1]) {
      const losses = rows.map((row, i) => {
        const logs = softmax(row).map(Math.log);
        const uniform = logs.reduce((a, b) => a + b) / 3;
        return -(1 - labelSmoothing) * logs[classes[i]!]! - labelSmoothing * uniform;
      });
      close(crossEntropy(logits, target, { labelSmoothing, reduction: 'none' }).toNumbers(), losses, 1e-12);
      close([crossEntropy(logits, target, { labelSmoothing }).item()], [(losses[0]! + losses[1]!) / 2], 1e-12);
    }
    close([nllLoss(logits.logSoftmax(1), target).item()], [crossEntropy(logits, target).item()], 1e-12);
  });
});

test('klDiv is the divergence, per image', () => {
  scope(() => {
    const p = tensor(rows, { dtype: 'float64' }).softmax(1);
    const q = randn([2, 3], { dtype: 'float64' }).softmax(1);
    const [ps, qs] = [p.toNumbers(), q.toNumbers()];
    const expected = ps.reduce((sum, value, i) => sum + value * Math.log(value / qs[i]!), 0) / 2;
    close([klDiv(q.log(), p).item(), klDiv(q.log(), p.log(), { logTarget: true }).item()], [expected, expected], 1e-12);
    close([klDiv(q.log(), p, { reduction: 'sum' }).item()], [2 * expected], 1e-12);
  });
});

test('mseLoss, and reductions that do not exist', () => {
  scope(() => {
    const x = tensor([1, 2]);
    const y = tensor([3, 5]);
    assert.equal(mseLoss(x, y).item(), 6.5);
    assert.equal(mseLoss(x, y, { reduction: 'sum' }).item(), 13);
    assert.throws(() => mseLoss(x, y, { reduction: 'median' as never }), RangeError);
  });
});
