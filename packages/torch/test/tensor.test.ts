import assert from 'node:assert/strict';
import { test } from 'node:test';
import { arange, cat, ones, scope, stack, type Tensor, tensor, where } from '@relent/torch';
import fc from 'fast-check';
import { close } from './close.js';

const numbers = fc.array(fc.double({ min: -4, max: 4, noNaN: true }), { minLength: 1, maxLength: 8 });

test('element-wise functions agree with those of JavaScript', () => {
  const pairs: [(x: Tensor) => Tensor, (x: number) => number][] = [
    [(x) => x.add(2), (x) => x + 2],
    [(x) => x.add(x, { alpha: 0.5 }), (x) => 1.5 * x],
    [(x) => x.sub(2), (x) => x - 2],
    [(x) => x.mul(-3), (x) => x * -3],
    [(x) => x.div(4), (x) => x / 4],
    [(x) => x.pow(2), (x) => x ** 2],
    [(x) => x.neg(), (x) => -x],
    [(x) => x.abs().sqrt(), (x) => Math.sqrt(Math.abs(x))],
    [(x) => x.abs().add(1).rsqrt(), (x) => 1 / Math.sqrt(Math.abs(x) + 1)],
    [(x) => x.exp(), Math.exp],
    [(x) => x.abs().add(1).log(), (x) => Math.log(Math.abs(x) + 1)],
    [(x) => x.sign(), Math.sign],
    [(x) => x.floor(), Math.floor],
    [(x) => x.tanh(), Math.tanh],
    [(x) => x.relu(), (x) => Math.max(x, 0)],
    [(x) => x.sigmoid(), (x) => 1 / (1 + Math.exp(-x))],
    [(x) => x.clamp(-1, 2), (x) => Math.min(Math.max(x, -1), 2)],
    [(x) => x.clamp(null, 2), (x) => Math.min(x, 2)],
    [(x) => x.clone().mul_(2).sub_(1).div_(3).add_(1), (x) => (2 * x - 1) / 3 + 1],
    [(x) => x.clone().clamp_(0), (x) => Math.max(x, 0)],
    [(x) => x.clone().addcmul_(x, x, { value: 2 }), (x) => x + 2 * x * x],
    [(x) => x.clone().lerp_(x.neg(), 0.25), (x) => x / 2],
    [(x) => where(x.gt(1), x, 0), (x) => (x > 1 ? x : 0)],
    [(x) => where(x.le(1), 7, x.mul(2)), (x) => (x <= 1 ? 7 : 2 * x)],
  ];
  fc.assert(
    fc.property(numbers, (values) =>
      scope(() => {
        const x = tensor(values, { dtype: 'float64' });
        for (const [ours, theirs] of pairs) close(ours(x).toNumbers(), values.map(theirs), 1e-9);
      }),
    ),
    { numRuns: 20 },
  );
});

test('comparisons give booleans, and zero is not above zero', () => {
  scope(() => {
    const x = tensor([-1, 0, 1]);
    assert.equal(x.gt(0).dtype, 'bool');
    assert.deepEqual(x.gt(0).toNumbers(), [0, 0, 1]);
    assert.deepEqual(x.ge(0).toNumbers(), [0, 1, 1]);
    assert.deepEqual(x.lt(tensor([0, 0, 0])).toNumbers(), [1, 0, 0]);
    assert.deepEqual(x.eq(0).logicalOr(x.ne(1)).toNumbers(), [1, 1, 0]);
    assert.deepEqual(x.gt(0).typeAs(x).toArray(), new Float32Array([0, 0, 1]));
  });
});

test('whole numbers keep integer tensors integer, fractions do not', () => {
  scope(() => {
    const n = tensor([1, 2], { dtype: 'int64' });
    assert.equal(n.add(1).dtype, 'int64');
    assert.equal(n.mul(0.5).dtype, 'float32');
    assert.equal(n.div(2).dtype, 'float32');
    assert.equal(tensor([1n, 2n].map(Number), { dtype: 'float32' }).add(1).dtype, 'float32');
  });
});

test('reductions, over everything and over dimensions', () => {
  scope(() => {
    const x = tensor([
      [1, 5, 3],
      [4, 2, 6],
    ]);
    assert.equal(x.sum().item(), 21);
    assert.deepEqual(x.sum(0).toNumbers(), [5, 7, 9]);
    assert.deepEqual(x.mean([0, 1], true).shape, [1, 1]);
    assert.deepEqual(x.amax(1).toNumbers(), [5, 6]);
    assert.equal(x.amin().item(), 1);
    assert.deepEqual(x.argmax(1).toArray(), new BigInt64Array([1n, 2n]));
    assert.equal(x.argmax().item(), 5);
    assert.equal(x.variance(null, 0).item().toFixed(4), (35 / 12).toFixed(4));
    assert.deepEqual(x.topk(2, 1).values.toNumbers(), [5, 3, 6, 4]);
    assert.deepEqual(x.sort(1).indices.toNumbers(), [0, 2, 1, 1, 0, 2]);
    assert.deepEqual(x.cumsum(1).toNumbers(), [1, 6, 9, 4, 6, 12]);
    assert.equal(x.gt(5).any().item(), 1);
    close(x.softmax(1).sum(1).toNumbers(), [1, 1], 1e-6);
  });
});

test('shapes', () => {
  scope(() => {
    const x = arange(0, 6).reshape([2, 3]);
    assert.deepEqual(x.permute([1, 0]).shape, [3, 2]);
    assert.deepEqual(x.flip([1]).toNumbers(), [2, 1, 0, 5, 4, 3]);
    assert.deepEqual(x.roll(1, 1).toNumbers(), [2, 0, 1, 5, 3, 4]);
    assert.deepEqual(x.select(0, 1).toNumbers(), [3, 4, 5]);
    assert.deepEqual(x.indexSelect(1, tensor([2, 2], { dtype: 'int64' })).toNumbers(), [2, 2, 5, 5]);
    assert.deepEqual(x.gather(1, tensor([[1], [0]], { dtype: 'int64' })).toNumbers(), [1, 3]);
    assert.deepEqual(x.unsqueeze(0).shape, [1, 2, 3]);
    assert.deepEqual(x.unsqueeze(0).squeeze(0).shape, [2, 3]);
    assert.deepEqual(x.flatten().shape, [6]);
    assert.deepEqual(x.repeat([2, 1]).shape, [4, 3]);
    assert.deepEqual(cat([x, x], 1).shape, [2, 6]);
    assert.deepEqual(stack([x, x]).shape, [2, 2, 3]);
    assert.equal(String(x), 'Tensor int64[2, 3]');
    assert.equal(x.size, 6);
    assert.throws(() => {
      (x.shape as number[])[0] = 9;
    }, TypeError);
  });
});

test('matmul', () => {
  scope(() => {
    const product = tensor([
      [1, 2],
      [3, 4],
    ]).matmul(tensor([[5], [6]]));
    assert.deepEqual(product.toNumbers(), [17, 39]);
  });
});

test('copies, fills and devices', () => {
  scope(() => {
    const x = ones([2]);
    assert.deepEqual(x.copy_(tensor([3, 4], { dtype: 'int64' })).toArray(), new Float32Array([3, 4]));
    assert.deepEqual(x.fill_(2).toNumbers(), [2, 2]);
    assert.deepEqual(x.zero_().toNumbers(), [0, 0]);
    assert.equal(x.to({ dtype: 'float64' }).dtype, 'float64');
    assert.equal(x.to({ device: 'cpu' }).device, 'cpu');
    assert.equal(x.to({ device: 'meta' }).device, 'meta');
  });
});
