import assert from 'node:assert/strict';
import { it } from 'node:test';
import { GraphBuilder } from '@relent/graph';
import { conv2d, Generator, grad, randn, scope } from '@relent/torch';
import { Network } from '@relent/train';
import './tiny-data.js';

it('thins the input of a strided 1×1 convolution, with the value and the gradients of the convolution', () => {
  const b = new GraphBuilder();
  const x = b.input([8, 45, 60]);
  const graph = b.finish(b.conv(x, 16, { kernel: 1, stride: [2, 3], bias: true, id: 'conv' }));
  using generator = new Generator(1);
  const network = Network.create(graph, { generator });
  for (let i = 0; i < 3; i++)
    scope(() => {
      const images = randn([4, 8, 45, 60], { generator });
      const weight = network.parameters.get('conv.weight')!;
      const y = network.forward(images.contiguous('channels_last').requiresGrad_());
      const expected = conv2d(images, weight, network.parameters.get('conv.bias')!, { stride: [2, 3] });
      assert.deepEqual(y.shape, expected.shape);
      assert.ok(y.sub(expected).abs().amax().item() < 1e-5);
      const [own] = grad(y.mul(y).sum(), [weight]);
      const [direct] = grad(expected.mul(expected).sum(), [weight]);
      assert.ok(own!.sub(direct!).abs().amax().item() < 1e-5 * direct!.abs().amax().item());
    });
  network.free();
});
