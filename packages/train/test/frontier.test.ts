import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { hypervolume, paretoFront } from '@relent/train';
import fc from 'fast-check';

const point = fc.record({ cost: fc.integer({ min: 1, max: 50 }), accuracy: fc.integer({ min: 0, max: 10 }) });

describe('paretoFront', () => {
  it('keeps exactly the points that no other one beats', () => {
    fc.assert(
      fc.property(fc.array(point, { minLength: 1, maxLength: 12 }), (points) => {
        const front = paretoFront(points);
        const beats = (a: (typeof points)[number], b: (typeof points)[number]) =>
          a.cost <= b.cost && a.accuracy >= b.accuracy && (a.cost < b.cost || a.accuracy > b.accuracy);
        for (const p of points) {
          const beaten = points.some((other) => beats(other, p));
          assert.equal(
            front.some((q) => q.cost === p.cost && q.accuracy === p.accuracy),
            !beaten,
          );
        }
        for (const [i, p] of front.entries()) if (i > 0) assert.ok(p.cost > front[i - 1]!.cost);
      }),
      { seed: 1 },
    );
  });
});

describe('hypervolume', () => {
  it('is the area under the steps of the front, in decades', () => {
    const points = [
      { cost: 10, accuracy: 0.5 },
      { cost: 100, accuracy: 0.8 },
      { cost: 100, accuracy: 0.1 },
      { cost: 9000, accuracy: 1 },
    ];
    assert.ok(Math.abs(hypervolume(points, 1000) - (0.5 + 0.8)) < 1e-12);
    assert.equal(hypervolume([], 10), 0);
  });

  it('never falls when a point is added', () => {
    fc.assert(
      fc.property(fc.array(point), point, (points, more) => {
        assert.ok(hypervolume([...points, more], 60) >= hypervolume(points, 60) - 1e-9);
      }),
      { seed: 2 },
    );
  });

  it('names a cost that has no logarithm', () => {
    assert.throws(() => hypervolume([{ cost: 0, accuracy: 1 }], 5), /"cost" expected a positive number, got 0/);
  });
});
