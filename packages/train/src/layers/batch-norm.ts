import { batchNorm, ones, zeros } from '@relent/torch';
import type { Layer } from './layer.js';

/** Weight of the newest batch in the running statistics. */
const MOMENTUM = 0.1;

/**
 * Batch norm: batch statistics while training, running ones otherwise.
 *
 * Source: Ioffe & Szegedy, Batch Normalization, arXiv:1502.03167, algorithms 1 and 2.
 */
export const batchNormLayer: Layer<'batch-norm'> = {
  op: 'batch-norm',
  create(_node, [x]) {
    const channels = [x![0]!];
    return {
      parameters: { weight: ones(channels), bias: zeros(channels) },
      buffers: { mean: zeros(channels), variance: ones(channels) },
    };
  },
  forward(node, [x], context) {
    return batchNorm(
      x!,
      context.tensor('weight'),
      context.tensor('bias'),
      context.tensor('mean'),
      context.tensor('variance'),
      { training: context.training, momentum: MOMENTUM, epsilon: node.epsilon },
    );
  },
};
