import { GraphBuilder } from '../build.js';
import type { Graph } from '../graph.js';
import { classifier, scaledChannels, type ZooOptions } from './options.js';
import { preActivationBlock, residualStages } from './residual-block.js';

/**
 * WideResNet of depth 6 · `blocks` + 4: pre-activation blocks and a batch norm and ReLU after the last one.
 *
 * SENet counts the final ReLU, SNL does not. Source: Zagoruyko & Komodakis, arXiv:1605.07146.
 */
export function wideResnet(blocks: number, widening: number, options: ZooOptions): Graph {
  const b = new GraphBuilder();
  const stem = b.conv(b.input(options.inputShape), scaledChannels(16, options), { id: 'stem.conv' });
  const stages = [16, 32, 64].map((channels) => ({ blocks, channels: scaledChannels(channels * widening, options) }));
  const x = b.batchNorm(residualStages(b, stem, preActivationBlock, stages), { id: 'final.bn' });
  return b.finish(classifier(b, b.relu(x, { id: 'final.relu' }), options));
}
