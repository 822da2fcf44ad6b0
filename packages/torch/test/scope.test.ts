import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cat, keep, liveHandles, noGrad, ones, scope, type Tensor, tensor } from '@relent/torch';
import fc from 'fast-check';

/** Runs `body` and asserts that it leaves no handle behind. */
function expectNoLeak(body: () => void): void {
  const before = liveHandles();
  body();
  assert.equal(liveHandles(), before);
}

test('a scope frees everything but its result', () => {
  expectNoLeak(() => {
    const results = [
      scope(() => ones([2]).add(1).mul(2)),
      ...scope(() => [ones([1]), ones([2])]),
      ...Object.values(scope(() => ({ a: ones([1]), b: ones([2]).add(1), n: 3 })).valueOf() as Record<string, unknown>),
    ].filter((value) => typeof value === 'object') as Tensor[];
    assert.deepEqual(results[0]!.toNumbers(), [4, 4]);
    assert.equal(results.filter((result) => !result.freed).length, 5);
    for (const result of results) result.free();
  });
});

test('the result of an inner scope belongs to the outer one', () => {
  expectNoLeak(() => {
    let inner: Tensor | undefined;
    const outer = scope(() => {
      inner = scope(() => ones([3]));
      assert.equal(inner.freed, false);
      return inner.add(1);
    });
    assert.equal(inner?.freed, true);
    outer.free();
  });
});

test('a tensor from outside passes through a scope untouched', () => {
  expectNoLeak(() => {
    using outside = ones([1]);
    assert.equal(
      scope(() => outside),
      outside,
    );
    assert.equal(outside.freed, false);
  });
});

test('nothing deeper than one level survives', () => {
  expectNoLeak(() => {
    const nested = scope(() => ({ deep: [ones([1])] }));
    assert.equal(nested.deep[0]!.freed, true);
  });
});

test('a throwing scope frees everything and restores the outer one', () => {
  expectNoLeak(() => {
    scope(() => {
      assert.throws(
        () =>
          scope(() => {
            ones([1]);
            throw new Error('stop');
          }),
        /^Error: stop$/,
      );
      ones([1]);
    });
  });
});

test('keep exempts a tensor from all scopes around it', () => {
  expectNoLeak(() => {
    let held: Tensor | undefined;
    scope(() => {
      scope(() => {
        held = keep(ones([1]));
      });
    });
    assert.equal(held?.freed, false);
    held?.free();
  });
});

test('promises are refused', () => {
  assert.throws(() => scope(() => Promise.resolve(1)), TypeError);
  assert.throws(() => noGrad(() => Promise.resolve(1)), TypeError);
});

test('using and free release at once, and twice does no harm', () => {
  expectNoLeak(() => {
    const tensor = ones([1]);
    tensor.free();
    tensor.free();
    assert.equal(tensor.freed, true);
    assert.throws(() => tensor.add(1), { name: 'RangeError', message: /freed/ });
    assert.throws(() => tensor.shape, RangeError);
    {
      using block = ones([1]);
      assert.equal(block.item(), 1);
    }
  });
});

test('a freed handle never comes to mean a later tensor', () => {
  scope(() => {
    const old = ones([1]);
    old.free();
    const fresh = tensor([5]);
    assert.throws(() => old.item(), RangeError);
    assert.equal(fresh.item(), 5);
  });
});

test('random sequences of operators leak nothing', () => {
  const step = fc.oneof(
    fc.constant('add' as const),
    fc.constant('cat' as const),
    fc.constant('split' as const),
    fc.constant('inPlace' as const),
    fc.constant('free' as const),
    fc.constant('throw' as const),
    fc.constant('nest' as const),
  );
  const run = (steps: readonly string[], x: Tensor): Tensor => {
    let y = x.clone();
    for (const [i, name] of steps.entries()) {
      if (name === 'add') y = y.add(1);
      else if (name === 'cat') y = cat([y, y]).narrow(0, 0, 2);
      else if (name === 'split') y = y.topk(2).values;
      else if (name === 'inPlace') y = y.mul_(2);
      else if (name === 'free') x.neg().free();
      else if (name === 'throw') assert.throws(() => y.matmul(ones([7, 7])));
      else {
        const rest = steps.slice(i + 1);
        const from = y;
        return scope(() => run(rest, from));
      }
    }
    return y;
  };
  fc.assert(
    fc.property(fc.array(step, { maxLength: 20 }), (steps) =>
      expectNoLeak(() => scope(() => run(steps, ones([2]))).free()),
    ),
    { numRuns: 100 },
  );
});
