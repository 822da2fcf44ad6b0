import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { liveHandles } from '@relent/torch';
import { Network } from '@relent/train';
import fc from 'fast-check';
import { fitQuadratic, fitQuadratics } from '../../dist/reduce/quadratic-fit.js';
import { tinyData } from '../tiny-data.js';
import { tinyGraph } from '../tiny-graph.js';

/** Mean square distance of a quadratic from ReLU under N(mean, deviation²), by the midpoint rule. */
function error(q: { c2: number; c1: number; c0: number }, mean: number, deviation: number): number {
  let sum = 0;
  for (let z = -8; z < 8; z += 0.005) {
    const x = mean + deviation * (z + 0.0025);
    const difference = Math.max(x, 0) - (q.c2 * x * x + q.c1 * x + q.c0);
    sum += difference * difference * Math.exp(-((z + 0.0025) ** 2) / 2) * 0.005;
  }
  return sum / Math.sqrt(2 * Math.PI);
}

describe('fitQuadratic', () => {
  it('gives the closed form of AutoReP for a centred channel', () => {
    const { c2, c1, c0 } = fitQuadratic(0, 2);
    assert.ok(Math.abs(c2 - Math.SQRT2 / (4 * Math.sqrt(Math.PI) * 2)) < 1e-6);
    assert.ok(Math.abs(c1 - 0.5) < 1e-6);
    assert.ok(Math.abs(c0 - (Math.SQRT2 * 2) / (4 * Math.sqrt(Math.PI))) < 1e-6);
  });

  it('is the nearest quadratic in mean square', () => {
    const step = fc.constantFrom(-0.01, 0.01);
    fc.assert(
      fc.property(
        fc.double({ min: -2, max: 2, noNaN: true }),
        fc.double({ min: 0.3, max: 2, noNaN: true }),
        fc.tuple(step, step, step),
        (mean, deviation, [d2, d1, d0]) => {
          const best = fitQuadratic(mean, deviation);
          const moved = { c2: best.c2 + d2, c1: best.c1 + d1, c0: best.c0 + d0 };
          assert.ok(error(best, mean, deviation) <= error(moved, mean, deviation) + 1e-9);
        },
      ),
      { seed: 1, numRuns: 60 },
    );
  });

  it('gives a constant channel finite coefficients', () => {
    for (const value of Object.values(fitQuadratic(1, 0))) assert.ok(Number.isFinite(value));
  });
});

describe('fitQuadratics', () => {
  it('fits every channel of every site and leaks nothing', async () => {
    const handles = liveHandles();
    const network = Network.create(tinyGraph());
    const rules = await fitQuadratics(network, tinyData(), { images: 100, damping: { c2: 1, c0: 1 } });
    assert.deepEqual(
      [...rules].map(([site, rule]) => [site, rule.c1.length]),
      [
        ['relu1', 6],
        ['relu2', 6],
        ['relu3', 8],
      ],
    );
    for (const { c2, c1, c0 } of rules.values())
      for (const values of [c2, c1, c0]) assert.ok(values.every(Number.isFinite));
    network.free();
    assert.equal(liveHandles(), handles);
  });
});
