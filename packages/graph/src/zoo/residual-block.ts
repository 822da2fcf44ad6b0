import type { GraphBuilder } from '../build.js';
import { convBatchNorm } from './options.js';

/** Adds one residual block of `channels` output channels and returns its value. */
export type Block = (b: GraphBuilder, x: string, channels: number, stride: number, name: string) => string;

/** Two 3×3 convolutions. Source: He et al., arXiv:1512.03385, figure 5 left. */
export const basicBlock: Block = (b, x, channels, stride, name) => {
  let y = convBatchNorm(b, x, channels, { kernel: 3, stride }, name, 1);
  y = b.relu(y, { id: `${name}.relu1` });
  y = convBatchNorm(b, y, channels, { kernel: 3, stride: 1 }, name, 2);
  y = b.add(y, shortcut(b, x, channels, stride, name), { id: `${name}.add` });
  return b.relu(y, { id: `${name}.relu2` });
};

/**
 * 1×1, 3×3 and 1×1 convolutions through a quarter of the channels; the stride lies on the 3×3 one.
 * Source: He et al., arXiv:1512.03385, figure 5 right; the stride as torchvision places it.
 */
export const bottleneckBlock: Block = (b, x, channels, stride, name) => {
  const inner = Math.max(1, Math.round(channels / 4));
  let y = convBatchNorm(b, x, inner, { kernel: 1, stride: 1 }, name, 1);
  y = b.relu(y, { id: `${name}.relu1` });
  y = convBatchNorm(b, y, inner, { kernel: 3, stride }, name, 2);
  y = b.relu(y, { id: `${name}.relu2` });
  y = convBatchNorm(b, y, channels, { kernel: 1, stride: 1 }, name, 3);
  y = b.add(y, shortcut(b, x, channels, stride, name), { id: `${name}.add` });
  return b.relu(y, { id: `${name}.relu3` });
};

/**
 * Batch norm and ReLU before each of two 3×3 convolutions; where the shape changes, the shortcut starts after the
 * first ReLU. Source: Zagoruyko & Komodakis (WideResNet), arXiv:1605.07146, and its reference code.
 */
export const preActivationBlock: Block = (b, x, channels, stride, name) => {
  let y = b.relu(b.batchNorm(x, { id: `${name}.bn1` }), { id: `${name}.relu1` });
  const changes = stride !== 1 || b.shapeOf(x)[0] !== channels;
  const across = changes ? b.conv(y, channels, { kernel: 1, stride, id: `${name}.shortcut.conv` }) : x;
  y = b.conv(y, channels, { stride, id: `${name}.conv1` });
  y = b.relu(b.batchNorm(y, { id: `${name}.bn2` }), { id: `${name}.relu2` });
  y = b.conv(y, channels, { id: `${name}.conv2` });
  return b.add(y, across, { id: `${name}.add` });
};

/** The identity, or a 1×1 convolution with batch norm where the shape changes (option B of He et al.). */
function shortcut(b: GraphBuilder, x: string, channels: number, stride: number, name: string): string {
  if (stride === 1 && b.shapeOf(x)[0] === channels) return x;
  return convBatchNorm(b, x, channels, { kernel: 1, stride }, `${name}.shortcut`);
}

/** Adds the stages `layer1`, `layer2`, …: the first block of each stage but the first halves the resolution. */
export function residualStages(
  b: GraphBuilder,
  x: string,
  block: Block,
  stages: readonly { readonly blocks: number; readonly channels: number }[],
): string {
  let y = x;
  stages.forEach(({ blocks, channels }, stage) => {
    for (let i = 0; i < blocks; i++) y = block(b, y, channels, stage > 0 && i === 0 ? 2 : 1, `layer${stage + 1}.${i}`);
  });
  return y;
}
