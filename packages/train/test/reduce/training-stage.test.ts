import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { PenaltyControl } from '../../dist/reduce/penalty-control.js';
import { divideEpochs } from '../../dist/reduce/training-stage.js';

describe('divideEpochs', () => {
  it('gives every stage with a share an epoch before any gets more', () => {
    assert.deepEqual(divideEpochs(10, [0.5, 0.5]), [5, 5]);
    assert.deepEqual(divideEpochs(2, [0.6, 0.3, 0.1]), [1, 1, 0]);
    assert.deepEqual(divideEpochs(0, [1, 1]), [0, 0]);
    assert.deepEqual(divideEpochs(7, [0, 1]), [0, 7]);
    const shares = fc.array(fc.constantFrom(0, 0.1, 0.4, 1), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(fc.nat(40), shares, (epochs, list) => {
        fc.pre(list.some((share) => share > 0));
        const parts = divideEpochs(epochs, list);
        assert.equal(
          parts.reduce((a, b) => a + b, 0),
          epochs,
        );
        for (const [i, part] of parts.entries()) assert.ok(list[i]! > 0 || part === 0);
      }),
      { seed: 1 },
    );
  });
});

describe('PenaltyControl', () => {
  it('grows while too many gates are open, and falls when the count is ahead', () => {
    const control = new PenaltyControl({ start: 1e-3, growth: 2, from: 1000, to: 10 });
    control.afterStep(50, 100, () => 900);
    assert.ok(Math.abs(control.value.item() - 2e-3) < 1e-9);
    control.afterStep(51, 100, () => 20);
    assert.ok(Math.abs(control.value.item() - 1e-3) < 1e-9);
    control.free();
  });
});
