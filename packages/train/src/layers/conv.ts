import { conv2d, randn, zeros } from '@relent/torch';
import type { Layer } from './layer.js';

/**
 * Convolution. Weights start as N(0, 2 / fan-out).
 *
 * Source: He et al., Delving Deep into Rectifiers, arXiv:1502.01852, section 2.2 (the backward case).
 */
export const convLayer: Layer<'conv'> = {
  op: 'conv',
  create(node, [x], generator) {
    const shape = [node.outChannels, x![0]! / node.groups, ...node.kernel];
    const fanOut = (node.outChannels / node.groups) * node.kernel[0] * node.kernel[1];
    const weight = randn(shape, { generator }).mul(Math.sqrt(2 / fanOut));
    return { parameters: node.bias ? { weight, bias: zeros([node.outChannels]) } : { weight }, buffers: {} };
  },
  forward(node, [x], context) {
    const { stride, padding, dilation, groups } = node;
    const bias = node.bias ? context.tensor('bias') : undefined;
    return conv2d(x!, context.tensor('weight'), bias, {
      stride: [...stride],
      padding: [...padding],
      dilation: [...dilation],
      groups,
    });
  },
};
