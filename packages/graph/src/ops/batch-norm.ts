import { type OpSpec, sizeOf } from './spec.js';

/** Batch norm with fixed statistics: weight · (x - mean) / sqrt(variance + epsilon) + bias, per channel. */
export const batchNorm: OpSpec<'batch-norm'> = {
  op: 'batch-norm',
  inferShape(node, [x]) {
    if (!(node.epsilon >= 0 && node.epsilon < Infinity))
      throw new RangeError(`"${node.id}" expected epsilon to be finite and not negative, got ${node.epsilon}`);
    return x!;
  },
  weights(_node, [x]) {
    return ['weight', 'bias', 'mean', 'variance'].map((suffix) => ({ suffix, shape: [x![0]!] }));
  },
  float(node, [x], context, shape) {
    const [weight, bias] = [context.weight('weight'), context.weight('bias')];
    const [mean, variance] = [context.weight('mean'), context.weight('variance')];
    const plane = sizeOf(shape) / shape[0]!;
    return x!.data.map((value, i) => {
      const c = Math.floor(i / plane);
      return (weight[c]! * (value - mean[c]!)) / Math.sqrt(variance[c]! + node.epsilon) + bias[c]!;
    });
  },
};
