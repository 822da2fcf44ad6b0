import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type KnapsackChoice, solveKnapsack } from '@relent/train';
import fc from 'fast-check';

/** The least loss by trying everything; `null` if nothing fits. */
function bruteForce(items: readonly (readonly KnapsackChoice[])[], budget: number): number | null {
  const [first, ...rest] = items;
  if (!first) return budget >= 0 ? 0 : null;
  let best: number | null = null;
  for (const { cost, loss } of first) {
    const below = cost <= budget ? bruteForce(rest, budget - cost) : null;
    if (below !== null && (best === null || below + loss < best)) best = below + loss;
  }
  return best;
}

const choice = (costs: fc.Arbitrary<number>) =>
  fc.record({ cost: costs, loss: fc.integer({ min: -20, max: 1000 }).map((n) => n / 8) });

describe('solveKnapsack', () => {
  it('finds what trying everything finds', () => {
    const costs = fc.constantFrom(1, 3, 4).chain((unit) => fc.constant(unit));
    const problem = costs.chain((unit) =>
      fc.tuple(
        fc.array(fc.array(choice(fc.nat(12).map((n) => n * unit)), { minLength: 1, maxLength: 5 }), {
          minLength: 1,
          maxLength: 6,
        }),
        fc.nat(60 * unit),
      ),
    );
    fc.assert(
      fc.property(problem, ([items, budget]) => {
        const expected = bruteForce(items, budget);
        if (expected === null) {
          assert.throws(() => solveKnapsack(items, budget), {
            name: 'RangeError',
            message: /"budget" expected at least/,
          });
          return;
        }
        const { picks, cost, loss } = solveKnapsack(items, budget);
        assert.ok(cost <= budget);
        assert.equal(
          cost,
          picks.reduce((sum, k, i) => sum + items[i]![k]!.cost, 0),
        );
        assert.equal(loss, expected);
      }),
      { numRuns: 400 },
    );
  });

  it('beats every greedy pick where greed fails', () => {
    const item = (cost: number, gain: number) => [
      { cost: 0, loss: gain },
      { cost, loss: 0 },
    ];
    const items = [item(6, 13), item(5, 10), item(5, 10)];
    assert.deepEqual(solveKnapsack(items, 10).picks, [0, 1, 1]);
    assert.deepEqual(solveKnapsack(items, Infinity).picks, [1, 1, 1]);
  });

  it('solves thousands of items in memory that a browser tab has', () => {
    let state = 1;
    const random = () => {
      state = (state * 1103515245 + 12345) % 2147483648;
      return state / 2147483648;
    };
    const sizes = [0, 1, 4, 16, 64, 256, 1024];
    const items = Array.from({ length: 3000 }, () => {
      const scale = random() ** 4;
      return sizes.map((cost) => ({ cost, loss: (scale * random()) / (1 + cost) }));
    });
    const { cost, loss } = solveKnapsack(items, 20_000);
    assert.ok(cost <= 20_000);
    const more = solveKnapsack(items, 20_100);
    assert.ok(more.loss <= loss);
  });

  it('names what does not fit', () => {
    assert.throws(() => solveKnapsack([[]], 3), /expected a choice for item 0/);
    assert.throws(
      () => solveKnapsack([[{ cost: 0.5, loss: 1 }]], 3),
      /expected whole costs and finite losses, got 0.5/,
    );
    assert.throws(() => solveKnapsack([[{ cost: 1, loss: Number.NaN }]], 3), /got 1 and NaN in item 0/);
  });
});
