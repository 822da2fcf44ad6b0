import { linear, randn, zeros } from '@relent/torch';
import type { Layer } from './layer.js';

/** Fully connected layer. Weights start as N(0, 1 / inputs): no ReLU follows the last layer of a classifier. */
export const linearLayer: Layer<'linear'> = {
  op: 'linear',
  create(node, [x], generator) {
    const features = x![0]!;
    const weight = randn([node.outFeatures, features], { generator }).mul(1 / Math.sqrt(features));
    return { parameters: node.bias ? { weight, bias: zeros([node.outFeatures]) } : { weight }, buffers: {} };
  },
  forward(node, [x], context) {
    const bias = node.bias ? context.factor(context.tensor('bias')) : undefined;
    return linear(context.factor(x!), context.factor(context.tensor('weight')), bias);
  },
};
