import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  avgPool2d,
  backward,
  batchNorm,
  conv2d,
  crossEntropy,
  enableGrad,
  grad,
  gradients,
  linear,
  noGrad,
  ones,
  randn,
  scope,
  type Tensor,
  tensor,
  zeroGrad,
} from '@relent/torch';
import { close } from './close.js';

/** The gradient of `f` at the inputs, by central differences. */
function differences(f: (inputs: Tensor[]) => Tensor, inputs: readonly Tensor[]): number[][] {
  const step = 1e-5;
  return inputs.map((input, k) => {
    const values = input.toNumbers();
    return values.map((_, i) => {
      const at = (delta: number) =>
        scope(() => {
          const moved = values.map((value, j) => (j === i ? value + delta : value));
          const replaced = tensor(Float64Array.from(moved), { shape: input.shape });
          return noGrad(() => f(inputs.map((other, j) => (j === k ? replaced : other))).item());
        });
      return (at(step) - at(-step)) / (2 * step);
    });
  });
}

test('gradients agree with finite differences', () => {
  const target = tensor([1, 0], { dtype: 'int64' });
  const cases: [string, number[][], (inputs: Tensor[]) => Tensor][] = [
    ['product', [[3], [3]], ([a, b]) => a!.mul(b!).sum()],
    ['smooth', [[4]], ([a]) => a!.exp().add(a!.tanh()).add(a!.sigmoid()).add(a!.erf()).sum()],
    [
      'matmul',
      [
        [2, 3],
        [3, 2],
      ],
      ([a, b]) => a!.matmul(b!).pow(2).sum(),
    ],
    [
      'conv2d',
      [[2, 2, 4, 4], [4, 1, 3, 3], [4]],
      ([x, w, b]) => conv2d(x!, w!, b!, { stride: 2, padding: 1, groups: 2 }).pow(2).sum(),
    ],
    [
      'batchNorm',
      [[2, 2, 2, 2], [2], [2]],
      ([x, w, b]) => batchNorm(x!, w!, b!, null, null, { training: true }).pow(3).sum(),
    ],
    ['pool', [[1, 1, 4, 4]], ([x]) => avgPool2d(x!, 2).pow(2).sum()],
    [
      'crossEntropy',
      [
        [2, 3],
        [3, 3],
      ],
      ([x, w]) => crossEntropy(linear(x!, w!), target, { labelSmoothing: 0.1 }),
    ],
  ];
  for (const [name, shapes, f] of cases)
    scope(() => {
      const inputs = shapes.map((shape) => randn(shape, { dtype: 'float64' }).requiresGrad_());
      const analytic = grad(f(inputs), inputs);
      const numeric = differences(f, inputs);
      analytic.forEach((gradient, i) => {
        assert.deepEqual(gradient.shape, inputs[i]!.shape, name);
        close(gradient.toNumbers(), numeric[i]!, 1e-4);
      });
    });
  target.free();
});

test('backward accumulates, zeroGrad starts afresh', () => {
  scope(() => {
    const x = tensor([2, 3]).requiresGrad_();
    assert.equal(x.grad, null);
    x.pow(2).sum().backward();
    assert.deepEqual(x.grad!.toNumbers(), [4, 6]);
    backward([x.sum(), x.mul(2)], [null, ones([2])]);
    assert.deepEqual(x.grad!.toNumbers(), [7, 9]);
    const y = ones([1]).requiresGrad_();
    assert.deepEqual(
      gradients([x, y]).map((gradient) => gradient?.toNumbers() ?? null),
      [[7, 9], null],
    );
    zeroGrad([x]);
    assert.equal(x.grad, null);
    x.grad = tensor([1, 1]);
    assert.deepEqual(x.grad!.toNumbers(), [1, 1]);
    x.grad = null;
    assert.equal(x.grad, null);
  });
});

test('second derivatives', () => {
  scope(() => {
    const x = tensor([2]).requiresGrad_();
    const [first] = grad(x.pow(3), [x], { createGraph: true });
    assert.equal(first!.item(), 12);
    assert.equal(grad(first!, [x])[0]!.item(), 12);
  });
});

test('noGrad records nothing, nests, and is undone by an error', () => {
  scope(() => {
    const x = ones([1]).requiresGrad_();
    assert.equal(x.mul(2).requiresGrad, true);
    assert.equal(x.isLeaf, true);
    noGrad(() => {
      assert.equal(x.mul(2).requiresGrad, false);
      enableGrad(() => assert.equal(x.mul(2).requiresGrad, true));
      assert.equal(x.mul(2).requiresGrad, false);
    });
    assert.throws(() =>
      noGrad(() => {
        throw new Error('stop');
      }),
    );
    assert.equal(x.mul(2).requiresGrad, true);
    assert.equal(x.detach().requiresGrad, false);
  });
});

test('a graph needs no handles on what is inside it', () => {
  scope(() => {
    const x = ones([3]).requiresGrad_();
    const loss = scope(() => x.mul(2).exp().sum());
    loss.backward();
    close(x.grad!.toNumbers(), Array(3).fill(2 * Math.exp(2)), 1e-4);
  });
});

test('wrong counts are refused', () => {
  scope(() => {
    const x = ones([1]).requiresGrad_();
    assert.throws(() => backward([x.mul(1)], []), {
      name: 'RangeError',
      message: /"gradients" expected one per output/,
    });
  });
});
