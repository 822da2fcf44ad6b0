import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { sgd } from '@relent/train';
import { compare, start } from './optimizer-rule.js';

describe('sgd', () => {
  for (const nesterov of [true, false])
    it(`follows its formula ${nesterov ? 'with' : 'without'} Nesterov's look-ahead`, () => {
      const velocity = start.map((v) => v.map(() => 0));
      compare(sgd({ momentum: 0.9, weightDecay: 0.01, nesterov }), (p, g, _, t) =>
        p.map((value, i) => {
          const d = g[i]! + 0.01 * value;
          velocity[t]![i] = 0.9 * velocity[t]![i]! + d;
          return value - 0.1 * (nesterov ? d + 0.9 * velocity[t]![i]! : velocity[t]![i]!);
        }),
      );
    });

  it('spares vectors from decay when told so', () => {
    compare(sgd({ momentum: 0, weightDecay: 0.3, decayVectors: false }), (p, g, _, t) =>
      p.map((value, i) => value - 0.1 * (g[i]! + (t === 0 ? 0.3 * value : 0))),
    );
  });

  it('rejects hyper-parameters out of range', () => {
    assert.throws(() => sgd({ momentum: 1 }), /"momentum" expected a number in \[0, 1\), got 1/);
    assert.throws(() => sgd({ weightDecay: -1 }), /"weightDecay" expected/);
  });
});
