import { GraphBuilder } from '../build.js';
import type { Graph } from '../graph.js';
import { classifier, convBatchNorm, scaledChannels, type ZooOptions } from './options.js';

/**
 * VGG-16 with batch norm and the usual CIFAR head: one linear layer on the last 512 channels, averaged over what is
 * left of the plane. Source: Simonyan & Zisserman, arXiv:1409.1556, configuration D; batch norm after Ioffe & Szegedy.
 */
export function vgg16(options: ZooOptions): Graph {
  const b = new GraphBuilder();
  const stages = [
    [64, 64],
    [128, 128],
    [256, 256, 256],
    [512, 512, 512],
    [512, 512, 512],
  ];
  let x = b.input(options.inputShape);
  stages.forEach((widths, stage) => {
    const name = `stage${stage + 1}`;
    widths.forEach((channels, i) => {
      x = convBatchNorm(b, x, scaledChannels(channels, options), { kernel: 3, stride: 1 }, name, i + 1);
      x = b.relu(x, { id: `${name}.relu${i + 1}` });
    });
    const pool = { id: `${name}.pool` };
    x = options.pooling === 'average' ? b.averagePool(x, 2, pool) : b.maxPool(x, 2, pool);
  });
  return b.finish(classifier(b, x, options));
}
