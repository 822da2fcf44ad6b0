import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { allocate } from '@relent/train';
import fc from 'fast-check';

// ResNet-18 with 32 × 32 inputs: comparisons of its 17 sites, and the published sensitivities and budgets of SENet.
const counts = [...Array(5).fill(65536), ...Array(4).fill(32768), ...Array(4).fill(16384), ...Array(4).fill(8192)];
const eta = [
  857, 2781, 3192, 3759, 4137, 5322, 7325, 7652, 8351, 10108, 12214, 12414, 12934, 14114, 14853, 14979, 14999,
];
const full = Array(4).fill(8192);
const published = [
  { budget: [633, 2051, 2359, 2776, 3053, 3932, 5406, 5636, 6160, 7463, 9019, 9175, 9551, ...full], within: 13 },
  { budget: [786, 2621, 3014, 3604, 3932, 5079, 7012, 7307, 7995, 9666, 11698, 11894, 12386, ...full], within: 36 },
  { budget: [1310, 3604, 4063, 4849, 5308, 6553, 9175, 9830, 10485, 12943, 15728, 15892, 16384, ...full], within: 243 },
];

describe('allocate', () => {
  for (const { budget, within } of published) {
    const total = budget.reduce((a, b) => a + b, 0);
    it(`reproduces the published budgets of ResNet-18 at ${total} comparisons within ${within}`, () => {
      const parts = allocate(eta, counts, total);
      assert.equal(
        parts.reduce((a, b) => a + b, 0),
        total,
      );
      for (const [site, part] of parts.entries())
        assert.ok(Math.abs(part - budget[site]!) <= within, `site ${site}: ${part}, published ${budget[site]}`);
    });
  }

  it('gives whole numbers that fill the total exactly and no site more than it has', () => {
    const site = fc.record({
      eta: fc.oneof(fc.constant(0), fc.double({ min: 1e-6, max: 10, noNaN: true })),
      count: fc.nat(50),
    });
    fc.assert(
      fc.property(
        fc.array(site, { minLength: 1, maxLength: 8 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (sites, f) => {
          const most = sites.reduce((sum, { count }) => sum + count, 0);
          const total = Math.floor(f * most);
          const parts = allocate(
            sites.map((s) => s.eta),
            sites.map((s) => s.count),
            total,
          );
          assert.equal(
            parts.reduce((a, b) => a + b, 0),
            total,
          );
          for (const [i, part] of parts.entries())
            assert.ok(Number.isInteger(part) && part >= 0 && part <= sites[i]!.count);
        },
      ),
      { seed: 1, numRuns: 300 },
    );
  });

  it('passes on what a full site leaves over', () => {
    assert.deepEqual(allocate([1, 1, 8], [10, 10, 4], 12), [4, 4, 4]);
    assert.deepEqual(allocate([0, 0, 1], [6, 3, 2], 5), [2, 1, 2]);
  });

  it('rejects what does not fit', () => {
    assert.throws(() => allocate([1], [1, 2], 1), /"eta" expected 2 entries, one a site, got 1/);
    assert.throws(() => allocate([-1, 1], [1, 2], 1), /"eta" expected finite numbers of at least 0, got -1/);
    assert.throws(() => allocate([1, 1], [1, 2], 4), /"total" expected an integer in \[0, 3\], got 4/);
    assert.throws(() => allocate([1, 1], [1, 0.5], 1), /"counts" expected integers/);
  });
});
