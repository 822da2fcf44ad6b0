import { avgPool2d, conv2d, randn, zeros } from '@relent/torch';
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
    const { kernel, stride, padding, dilation, groups } = node;
    const bias = node.bias ? context.factor(context.tensor('bias')) : undefined;
    // A strided 1×1 convolution skips pixels. Taking them out first is the same, and keeps clear of a gradient kernel
    // of oneDNN that writes out of bounds where such a layer has few input channels in channels-last memory.
    const thins = kernel.every((n) => n === 1) && padding.every((n) => n === 0) && stride.some((n) => n > 1);
    const wide = thins ? avgPool2d(x!, [1, 1], { stride: [...stride] }) : x!;
    return conv2d(context.factor(wide), context.factor(context.tensor('weight')), bias, {
      stride: thins ? 1 : [...stride],
      padding: [...padding],
      dilation: [...dilation],
      groups,
    });
  },
};
