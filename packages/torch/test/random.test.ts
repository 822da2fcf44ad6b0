import assert from 'node:assert/strict';
import { test } from 'node:test';
import { dropout, Generator, manualSeed, NativeError, ones, rand, randn, randperm, scope } from '@relent/torch';

test('equal seeds give equal draws, others do not', () => {
  scope(() => {
    using a = new Generator(7);
    using b = new Generator(7);
    using c = new Generator(8);
    const draws = [a, b, c].map((generator) => rand([20], { generator }).toNumbers());
    assert.deepEqual(draws[0], draws[1]);
    assert.notDeepEqual(draws[0], draws[2]);
    assert.deepEqual(rand([20], { generator: a.seed(7) }).toNumbers(), draws[0]);
  });
});

test('a saved state goes on exactly where it was', () => {
  scope(() => {
    using generator = new Generator(1);
    randn([3], { generator });
    const state = generator.getState();
    const expected = [randn([5], { generator }).toNumbers(), randperm(9, { generator }).toNumbers()];
    using other = new Generator(99);
    other.setState(state);
    assert.deepEqual(
      [randn([5], { generator: other }).toNumbers(), randperm(9, { generator: other }).toNumbers()],
      expected,
    );
    assert.throws(() => other.setState(new Uint8Array(3)), NativeError);
  });
});

test('a generator of its own leaves the default one alone', () => {
  scope(() => {
    manualSeed(5);
    const expected = rand([4]).toNumbers();
    manualSeed(5);
    using generator = new Generator(1);
    rand([4], { generator });
    assert.deepEqual(rand([4]).toNumbers(), expected);
  });
});

test('dropout keeps the mean, follows its generator, and is the identity outside training', () => {
  scope(() => {
    const x = ones([4000]);
    using a = new Generator(3);
    using b = new Generator(3);
    const first = dropout(x, 0.25, { generator: a });
    assert.deepEqual(first.toNumbers(), dropout(x, 0.25, { generator: b }).toNumbers());
    assert.ok(Math.abs(first.mean().item() - 1) < 0.06);
    assert.deepEqual(dropout(x, 0.25, { training: false }).toNumbers(), x.toNumbers());
    assert.throws(() => dropout(x, 1), RangeError);
  });
});
