import assert from 'node:assert/strict';
import { test } from 'node:test';
import { backward, call, conv2d, NativeError, ones, scope, tensor, zeros } from '@relent/torch';

test('what libtorch refuses is an error with operator, shapes and a JavaScript stack', () => {
  scope(() => {
    const a = ones([2, 3]);
    assert.throws(
      () => a.matmul(a),
      (error) =>
        error instanceof NativeError &&
        error.op === 'aten::matmul' &&
        error.message.startsWith('aten::matmul: ') &&
        error.message.includes('(self: float32[2, 3], other: float32[2, 3])') &&
        /native-error\.test/.test(error.stack ?? ''),
    );
  });
});

test('the process survives failures of every kind of entry point', () => {
  scope(() => {
    const a = ones([2, 3]);
    for (let i = 0; i < 50; i++) {
      assert.throws(() => conv2d(a, a), NativeError);
      assert.throws(() => a.item(), NativeError);
      assert.throws(() => a.view([7]), NativeError);
      assert.throws(() => a.to({ device: 'cuda:93' }), NativeError);
      assert.throws(() => a.to({ device: 'teapot' }), NativeError);
      assert.throws(() => backward(a), NativeError);
      assert.throws(() => zeros([-1]), NativeError);
      assert.throws(() => tensor([1], { dtype: 'int64' }).requiresGrad_(), NativeError);
      assert.throws(() => call('aten::linalg_cholesky', [ones([2, 3])]), NativeError);
    }
    assert.equal(a.sum().item(), 6);
  });
});

test('an error inside backward arrives as one', () => {
  scope(() => {
    const x = ones([2]).requiresGrad_();
    const y = x.exp();
    y.detach().add_(1);
    assert.throws(() => y.sum().backward(), /modified by an inplace operation/);
    assert.equal(x.grad, null);
  });
});
