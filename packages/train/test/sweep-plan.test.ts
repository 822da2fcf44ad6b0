import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseSweepPlan, sweepCells } from '@relent/train';

const plan = {
  name: 'small',
  model: 'teacher.relent',
  budgets: ['10%', '5%'],
  seeds: [1, 2],
  epochs: 2,
  methods: [
    { method: 'slow', cost: 5 },
    { method: 'share', options: { grouping: 'patch' }, seeds: [7] },
  ],
};

describe('sweepCells', () => {
  it('runs whole tables first, the cheapest cells first, and always the control', () => {
    const ids = sweepCells(parseSweepPlan(plan)).map(({ id }) => id);
    assert.deepEqual(ids, [
      'full-100pct-1',
      'share-10pct-7',
      'slow-10pct-1',
      'share-5pct-7',
      'slow-5pct-1',
      'full-100pct-2',
      'slow-10pct-2',
      'slow-5pct-2',
    ]);
  });

  it('hands on what each method was given', () => {
    const cell = sweepCells(parseSweepPlan(plan)).find(({ method }) => method === 'share')!;
    assert.deepEqual(cell, {
      id: 'share-10pct-7',
      method: 'share',
      label: 'share',
      options: { grouping: 'patch' },
      budget: '10%',
      seed: 7,
      epochs: 2,
      cost: 2,
    });
  });

  it('wants labels for two entries of one method', () => {
    const twice = { ...plan, methods: [{ method: 'share' }, { method: 'share' }] };
    assert.throws(() => sweepCells(parseSweepPlan(twice)), /expected a "label" for each, got share-10pct-1 twice/);
  });
});

describe('parseSweepPlan', () => {
  it('names what is wrong', () => {
    assert.throws(() => parseSweepPlan({ ...plan, epochs: -1 }), /"epochs" of the plan/);
    assert.throws(() => parseSweepPlan({ ...plan, colour: 1 }), /"plan" of the plan: .*colour/);
    assert.throws(() => parseSweepPlan({ ...plan, methods: [{ method: '' }] }), /"methods\.0\.method" of the plan/);
    assert.throws(() => parseSweepPlan(null), /of the plan/);
  });
});
