/**
 * Residual networks. Source: He et al., arXiv:1512.03385.
 *
 * The CIFAR family (16-32-64 channels, depth 6n + 2) is the paper's section 4.2, with one difference: the shortcuts
 * that change shape are 1×1 convolutions with batch norm (option B), where the paper's CIFAR nets pad with zeros
 * (option A), so that every shortcut is a linear layer like any other. ReLU counts are the same.
 * @module
 */
import { GraphBuilder } from '../build.js';
import type { Graph } from '../graph.js';
import { classifier, convBatchNorm, scaledChannels, type ZooOptions } from './options.js';
import { type Block, basicBlock, bottleneckBlock, residualStages } from './residual-block.js';

function resnet(
  options: ZooOptions,
  stem: { readonly channels: number; readonly kind: 'cifar' | 'imagenet' },
  block: Block,
  stages: readonly { readonly blocks: number; readonly channels: number }[],
): Graph {
  const b = new GraphBuilder();
  const imagenet = stem.kind === 'imagenet';
  const geometry = imagenet ? { kernel: 7, stride: 2 } : { kernel: 3, stride: 1 };
  let x = b.input(options.inputShape);
  x = convBatchNorm(b, x, scaledChannels(stem.channels, options), geometry, 'stem');
  if (options.stemRelu ?? true) x = b.relu(x, { id: 'stem.relu' });
  if (imagenet) {
    const pool = { stride: 2, padding: 1, id: 'stem.pool' };
    x = options.pooling === 'average' ? b.averagePool(x, 3, pool) : b.maxPool(x, 3, pool);
  }
  const scaled = stages.map(({ blocks, channels }) => ({ blocks, channels: scaledChannels(channels, options) }));
  return b.finish(classifier(b, residualStages(b, x, block, scaled), options));
}

/** The CIFAR family: depth 6 · `blocks` + 2. */
export function cifarResnet(blocks: number, options: ZooOptions): Graph {
  const stages = [16, 32, 64].map((channels) => ({ blocks, channels }));
  return resnet(options, { channels: 16, kind: 'cifar' }, basicBlock, stages);
}

/** ResNet-18 (`[2, 2, 2, 2]`) and ResNet-34 (`[3, 4, 6, 3]`), with either stem. */
export function basicResnet(blocks: readonly number[], options: ZooOptions): Graph {
  const stages = blocks.map((count, stage) => ({ blocks: count, channels: 64 << stage }));
  return resnet(options, { channels: 64, kind: options.stem ?? 'cifar' }, basicBlock, stages);
}

/** ResNet-50 (`[3, 4, 6, 3]`), with the ImageNet stem unless told otherwise. */
export function bottleneckResnet(blocks: readonly number[], options: ZooOptions): Graph {
  const stages = blocks.map((count, stage) => ({ blocks: count, channels: 256 << stage }));
  return resnet(options, { channels: 64, kind: options.stem ?? 'imagenet' }, bottleneckBlock, stages);
}
