import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { FormChoice } from '../../dist/reduce/form-choice.js';

const limit = { name: 'budget', unit: 'bytes', fixed: 0 } as const;

/** Every combination of forms. */
function combinations(prices: readonly (readonly number[])[]): number[][] {
  return prices.reduce<number[][]>(
    (all, forms) => all.flatMap((picks) => forms.map((_, form) => [...picks, form])),
    [[]],
  );
}

const tables = fc.array(
  fc.array(fc.tuple(fc.integer({ min: 0, max: 40 }), fc.integer({ min: 0, max: 90 })), { minLength: 1, maxLength: 4 }),
  { minLength: 1, maxLength: 4 },
);
const sumOf = (table: readonly (readonly number[])[], picks: readonly number[]) =>
  picks.reduce((sum, pick, site) => sum + table[site]![pick]!, 0);

describe('a form for each site', () => {
  it('has the least loss of all combinations where prices add up (brute force)', () => {
    fc.assert(
      fc.property(tables, fc.integer({ min: 0, max: 120 }), (sites, target) => {
        const prices = sites.map((forms) => forms.map(([price]) => price));
        const losses = sites.map((forms) => forms.map(([, loss]) => loss));
        const fitting = combinations(prices).filter((picks) => sumOf(prices, picks) <= target);
        if (fitting.length === 0)
          return void assert.throws(() => new FormChoice(prices, { ...limit, target }), /"budget" expected at least/);
        const picks = new FormChoice(prices, { ...limit, target }).solve(losses);
        assert.ok(sumOf(prices, picks) <= target);
        assert.equal(sumOf(losses, picks), Math.min(...fitting.map((each) => sumOf(losses, each))));
      }),
      { seed: 7, numRuns: 200 },
    );
  });

  it('meets a target by the price of the whole network, and uses nearly all of it', () => {
    // Prices tell half of the truth, and the whole has a part that is no site's.
    const prices = Array.from({ length: 12 }, (_, site) =>
      Array.from({ length: 30 }, (_, k) => (k + 1) * (site + 3.5)),
    );
    const losses = prices.map((forms) => forms.map((price) => 1000 / price));
    const asked: string[] = [];
    const total = (picks: readonly number[]) => {
      asked.push(picks.join());
      return 5_000 + 2 * sumOf(prices, picks) ** 1.02;
    };
    for (const target of [6_000, 9_000, 12_000]) {
      asked.length = 0;
      const choice = new FormChoice(prices, { ...limit, target, total });
      const picks = choice.solve(losses);
      assert.equal(new Set(asked).size, asked.length, 'no network is priced twice');
      assert.ok(asked.length < 16);
      const spent = total(picks);
      assert.ok(spent <= target && spent > 0.98 * target, `${spent} of ${target}`);
    }
    assert.deepEqual(
      new FormChoice(prices, { ...limit, target: 1e9, total }).solve(losses),
      prices.map(() => 29),
    );
  });

  it('says what the cheapest forms need, by the price of the whole', () => {
    const total = (picks: readonly number[]) => 100.5 + picks.reduce((sum, pick) => sum + pick, 0);
    assert.throws(
      () => new FormChoice([[3, 2]], { ...limit, target: 50, total }),
      /^RangeError: "budget" expected at least 102 bytes, with every site in its cheapest form, got 50$/,
    );
    assert.throws(() => new FormChoice([[Number.NaN]], { ...limit, target: 50 }), /"cost" expected finite numbers/);
  });
});
