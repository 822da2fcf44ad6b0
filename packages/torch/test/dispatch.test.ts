import assert from 'node:assert/strict';
import { test } from 'node:test';
import { call, Generator, ones, operatorNames, schema, scope, type Tensor, tensor } from '@relent/torch';

const expectTypeError = (body: () => unknown, message: string) =>
  assert.throws(body, (error) => error instanceof TypeError && error.message === message);

test('a wrong argument is an error that names operator, parameter, type and value', () => {
  scope(() => {
    const x = ones([1, 1, 3, 3]);
    const w = ones([1, 1, 3, 3]);
    expectTypeError(
      () => call('aten::conv2d', [x, w, null, 'x']),
      '"aten::conv2d" argument "stride" expected int[2], got "x"',
    );
    expectTypeError(
      () => call('aten::conv2d', [x, w], { padding: [1, 0.5] }),
      '"aten::conv2d" argument "padding" expected int[2], got [1, 0.5]',
    );
    expectTypeError(() => call('aten::conv2d', [x]), '"aten::conv2d" argument "weight" expected Tensor, got nothing');
    expectTypeError(() => call('aten::conv2d', [x, [1]]), '"aten::conv2d" argument "weight" expected Tensor, got [1]');
    expectTypeError(
      () => call('aten::cat', [[x, 1]]),
      '"aten::cat" argument "tensors" expected Tensor[], got [Tensor float32[1, 1, 3, 3], 1]',
    );
    expectTypeError(
      () => call('aten::to.dtype', [x, 'float33']),
      '"aten::to.dtype" argument "dtype" expected ScalarType, got "float33"',
    );
    expectTypeError(() => call('aten::relu', [x, 1]), '"aten::relu" expected at most 1 arguments, got 2');
    expectTypeError(
      () => call('aten::softmax.int', [x, 0], { axis: 1 }),
      '"aten::softmax.int" expected only arguments named self, dim, dtype, got "axis"',
    );
    expectTypeError(
      () => call('aten::softmax.int', [x, 0], { dim: 1 }),
      '"aten::softmax.int" expected argument "dim" once, got it twice',
    );
  });
});

test('handles of the wrong kind are refused', () => {
  using generator = new Generator(1);
  assert.throws(() => call('aten::relu', [generator]), TypeError);
  scope(() => assert.throws(() => call('aten::rand.generator', [[2]], { generator: ones([1]) }), TypeError));
});

test('an unknown operator is named', () => {
  assert.throws(() => call('aten::nope'), { name: 'RangeError', message: /got "aten::nope"$/ });
  assert.throws(() => call('add'), RangeError);
});

test('keywords, defaults and one value for a fixed-length list', () => {
  scope(() => {
    const x = ones([1, 1, 4, 4]);
    const w = ones([1, 1, 3, 3]);
    const strided = call('aten::conv2d', [x, w], { padding: 1, stride: [2, 1] }) as Tensor;
    assert.deepEqual(strided.shape, [1, 1, 2, 4]);
    assert.deepEqual((call('aten::conv2d', [x, w]) as Tensor).shape, [1, 1, 2, 2]);
    assert.deepEqual((call('aten::conv2d.padding', [x, w], { padding: 'same' }) as Tensor).shape, [1, 1, 4, 4]);
  });
});

test('lists of optional tensors, of booleans, of scalars; several results; results that are no tensors', () => {
  scope(() => {
    const x = tensor(
      [
        [1, 2],
        [3, 4],
      ],
      { dtype: 'int64' },
    );
    const index = tensor([1, 0], { dtype: 'int64' });
    assert.deepEqual((call('aten::index.Tensor', [x, [null, index]]) as Tensor).toNumbers(), [2, 1, 4, 3]);
    const scaled = call('aten::_foreach_mul.ScalarList', [
      [x, x],
      [2, 3],
    ]) as Tensor[];
    assert.deepEqual(scaled[1]!.toNumbers(), [3, 6, 9, 12]);
    const [values, indices] = call('aten::max.dim', [x, 1]) as [Tensor, Tensor];
    assert.deepEqual(
      [values.toNumbers(), indices.toNumbers()],
      [
        [2, 4],
        [1, 1],
      ],
    );
    assert.equal(call('aten::equal', [x, x]), true);
    assert.equal(call('aten::size.int', [x, 1]), 2);
    assert.equal((call('aten::split.Tensor', [x, 1]) as Tensor[]).length, 2);
  });
});

test('an operator that writes returns the very tensor it wrote to, whose shape is read anew', () => {
  scope(() => {
    const x = ones([2, 3]);
    assert.equal(call('aten::add_.Scalar', [x, 1]), x);
    assert.deepEqual(x.shape, [2, 3]);
    assert.equal(call('aten::transpose_', [x, 0, 1]), x);
    assert.deepEqual(x.shape, [3, 2]);
    const out = ones([0]);
    assert.equal(call('aten::relu.out', [x], { out }), out);
    assert.deepEqual(out.shape, [3, 2]);
  });
});

test('schemas and names are to be had', () => {
  assert.ok(operatorNames().includes('aten::add.Tensor'));
  assert.deepEqual(
    schema('aten::dropout').parameters.map((parameter) => parameter.name),
    ['input', 'p', 'train'],
  );
});
