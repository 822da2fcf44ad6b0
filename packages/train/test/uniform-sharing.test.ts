import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { buildZoo, gateCost } from '@relent/graph';
import fc from 'fast-check';
import { planUniformSharing } from '../dist/reduce/uniform-sharing.js';
import { tinyGraph } from './tiny-graph.js';

describe('planUniformSharing', () => {
  it('never exceeds the budget, and counts as gateCost does', () => {
    const groupings = fc.constantFrom('patch' as const, 'channel' as const, 'block' as const);
    const rules = fc.constantFrom('mean' as const, 'prototype' as const);
    fc.assert(
      fc.property(fc.integer({ min: 160, max: 896 }), groupings, rules, (budget, grouping, rule) => {
        const { comparisons, gateMaps } = planUniformSharing(tinyGraph(), budget, grouping, rule);
        assert.ok(comparisons <= budget);
        assert.equal(gateCost(tinyGraph(), gateMaps).total.comparisons, comparisons);
      }),
      { numRuns: 60, seed: 1 },
    );
  });

  it('leaves a network alone that fits', () => {
    for (const grouping of ['patch', 'channel', 'block'] as const)
      assert.equal(planUniformSharing(tinyGraph(), 896, grouping, 'mean').comparisons, 896);
  });

  it('finds the uniform sharing of a budget', () => {
    const graph = buildZoo('resnet20', { inputShape: [3, 32, 32], classes: 10 });
    const full = gateCost(graph, new Map()).total.comparisons;
    const quarter = planUniformSharing(graph, full / 4, 'patch', 'mean');
    assert.deepEqual([quarter.patch, quarter.comparisons], [[2, 2], full / 4]);
    const half = planUniformSharing(graph, full / 2, 'channel', 'prototype');
    assert.deepEqual([half.prototypeFraction, half.comparisons], [0.5, full / 2]);
    const sixteenth = planUniformSharing(graph, full / 16, 'block', 'mean');
    assert.deepEqual([sixteenth.patch, sixteenth.prototypeFraction], [[2, 2], 0.25]);
  });

  it('says what the coarsest sharing needs', () => {
    assert.throws(() => planUniformSharing(tinyGraph(), 5, 'patch', 'mean'), {
      name: 'RangeError',
      message: /"budget" expected at least 20 comparisons, which the coarsest sharing by patch needs, got 5/,
    });
  });
});
