import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { adam } from '@relent/train';
import { compare, start } from './optimizer-rule.js';

describe('adam', () => {
  it('follows its formula with decoupled decay of matrices', () => {
    const m = start.map((v) => v.map(() => 0));
    const v = start.map((w) => w.map(() => 0));
    compare(adam({ weightDecay: 0.2 }), (p, g, step, t) =>
      p.map((value, i) => {
        m[t]![i] = 0.9 * m[t]![i]! + 0.1 * g[i]!;
        v[t]![i] = 0.999 * v[t]![i]! + 0.001 * g[i]! ** 2;
        const mean = m[t]![i]! / (1 - 0.9 ** (step + 1));
        const root = Math.sqrt(v[t]![i]! / (1 - 0.999 ** (step + 1)));
        return value * (t === 0 ? 1 - 0.1 * 0.2 : 1) - (0.1 * mean) / (root + 1e-8);
      }),
    );
  });

  it('rejects hyper-parameters out of range', () => {
    assert.throws(() => adam({ betas: [0.9, 1] }), /"betas" expected numbers in \[0, 1\), got 1/);
    assert.throws(() => adam({ epsilon: 0 }), /"epsilon" expected/);
  });
});
