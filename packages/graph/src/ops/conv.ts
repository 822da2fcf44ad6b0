import { expectInteger, featureMap, type OpSpec, slidingLength } from './spec.js';

/** Two-dimensional cross-correlation with groups and dilation; weight [outChannels, C / groups, kh, kw], bias [outChannels]. */
export const conv: OpSpec<'conv'> = {
  op: 'conv',
  inferShape(node, [x]) {
    const [channels, height, width] = featureMap(node.id, x);
    expectInteger(node.id, 'outChannels', node.outChannels, 1);
    expectInteger(node.id, 'groups', node.groups, 1);
    for (const axis of [0, 1] as const) {
      expectInteger(node.id, 'kernel', node.kernel[axis], 1);
      expectInteger(node.id, 'stride', node.stride[axis], 1);
      expectInteger(node.id, 'padding', node.padding[axis], 0);
      expectInteger(node.id, 'dilation', node.dilation[axis], 1);
    }
    if (channels % node.groups !== 0 || node.outChannels % node.groups !== 0)
      throw new RangeError(
        `"${node.id}" expected groups to divide ${channels} input and ${node.outChannels} output channels, got ${node.groups}`,
      );
    const { kernel, stride, padding, dilation } = node;
    return [
      node.outChannels,
      slidingLength(node.id, height, kernel[0], stride[0], padding[0], dilation[0]),
      slidingLength(node.id, width, kernel[1], stride[1], padding[1], dilation[1]),
    ];
  },
  weights(node, [x]) {
    const [channels] = featureMap(node.id, x);
    const weight = { suffix: 'weight', shape: [node.outChannels, channels / node.groups, ...node.kernel] };
    return node.bias ? [weight, { suffix: 'bias', shape: [node.outChannels] }] : [weight];
  },
  float(node, [x], context, shape) {
    const [channels, height, width] = featureMap(node.id, x!.shape);
    const [outChannels, outHeight, outWidth] = featureMap(node.id, shape);
    const { kernel, stride, padding, dilation, groups } = node;
    const weight = context.weight('weight');
    const bias = node.bias ? context.weight('bias') : null;
    const groupChannels = channels / groups;
    const plane = new Float64Array(outHeight * outWidth);
    const out = new Float32Array(outChannels * plane.length);
    for (let o = 0; o < outChannels; o++) {
      plane.fill(bias ? bias[o]! : 0);
      const firstChannel = Math.floor(o / (outChannels / groups)) * groupChannels;
      for (let c = 0; c < groupChannels; c++)
        for (let ky = 0; ky < kernel[0]; ky++)
          for (let kx = 0; kx < kernel[1]; kx++) {
            const w = weight[((o * groupChannels + c) * kernel[0] + ky) * kernel[1] + kx]!;
            const left = kx * dilation[1] - padding[1];
            const firstX = Math.max(0, Math.ceil(-left / stride[1]));
            const lastX = Math.min(outWidth - 1, Math.floor((width - 1 - left) / stride[1]));
            for (let y = 0; y < outHeight; y++) {
              const inY = y * stride[0] + ky * dilation[0] - padding[0];
              if (inY < 0 || inY >= height) continue;
              const row = ((firstChannel + c) * height + inY) * width + left;
              for (let at = firstX; at <= lastX; at++) plane[y * outWidth + at]! += w * x!.data[row + at * stride[1]]!;
            }
          }
      out.set(plane, o * plane.length);
    }
    return out;
  },
};
