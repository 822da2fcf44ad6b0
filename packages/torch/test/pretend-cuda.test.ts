import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import {
  call,
  cudaAvailable,
  foreachAdd_,
  Generator,
  grad,
  NativeError,
  ones,
  rand,
  scope,
  tensor,
  where,
  zeros,
} from '@relent/torch';
import { type PretendedCuda, pretendCuda } from '@relent/torch/pretend-cuda';

let pretended: PretendedCuda;
before(() => {
  pretended = pretendCuda();
});
after(() => pretended.stop());

test('what is made of tensors on the device lies there, and what is made on the CPU does not', () => {
  assert.equal(cudaAvailable(), true);
  scope(() => {
    const x = ones([2, 3], { device: 'cuda' });
    assert.equal(x.device, 'cuda:0');
    assert.equal(x.mul(2).sum(1).device, 'cuda:0');
    assert.equal(x.sort(1).indices.device, 'cuda:0');
    assert.equal(ones([2]).device, 'cpu');
    assert.equal(x.to({ device: 'cpu' }).device, 'cpu');
    assert.equal(tensor([1, 2], { device: 'cuda:0' }).device, 'cuda:0');
    assert.equal(x.detach().requiresGrad_().to({ dtype: 'float64' }).device, 'cuda:0');
    const w = ones([3], { device: 'cuda' }).requiresGrad_();
    assert.equal(grad(w.mul(w).sum(), [w])[0]!.device, 'cuda:0');
  });
});

test('an operator that mixes devices is refused', () => {
  scope(() => {
    const here = ones([2]);
    const there = ones([2], { device: 'cuda' });
    assert.throws(() => there.add(here), NativeError);
    assert.throws(() => there.mul(ones([])), /aten::mul.Tensor: expected all tensors on one device/);
    assert.throws(() => there.indexSelect(0, tensor([0], { dtype: 'int64' })), NativeError);
    assert.throws(() => where(here.gt(0), there, there), NativeError);
    assert.throws(() => foreachAdd_([there, there], [there, here]), NativeError);
    assert.throws(() => call('aten::cat', [[here, there]]), NativeError);
    using generator = new Generator(1);
    assert.throws(() => rand([2], { generator, device: 'cuda' }), /expected a generator of cuda:0/);
    there.copy_(here);
    assert.equal(there.device, 'cuda:0');
  });
});

test('reading and copying across wait, computing does not', () => {
  scope(() => {
    const x = ones([4], { device: 'cuda' });
    const y = zeros([4]);
    let before = pretended.waits;
    const waited = (body: () => unknown) => {
      before = pretended.waits;
      body();
      return pretended.waits - before;
    };
    assert.equal(
      waited(() => x.add(1).mul(x).sum()),
      0,
    );
    assert.equal(
      waited(() => y.sum().item()),
      0,
    );
    assert.equal(
      waited(() => x.sum().item()),
      1,
    );
    assert.equal(
      waited(() => x.toArray()),
      1,
    );
    assert.equal(
      waited(() => y.to({ device: 'cuda' })),
      1,
    );
    assert.equal(
      waited(() => x.copy_(y)),
      1,
    );
    assert.equal(
      waited(() => tensor([1], { device: 'cuda' })),
      1,
    );
  });
});
