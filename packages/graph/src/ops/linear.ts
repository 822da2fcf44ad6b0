import { expectInteger, formatShape, type OpSpec } from './spec.js';

/** Fully connected layer on a vector: weight [outFeatures, F], bias [outFeatures]. */
export const linear: OpSpec<'linear'> = {
  op: 'linear',
  inferShape(node, [x]) {
    if (x!.length !== 1) throw new RangeError(`"${node.id}" expected an input [F], got ${formatShape(x!)}`);
    expectInteger(node.id, 'outFeatures', node.outFeatures, 1);
    return [node.outFeatures];
  },
  weights(node, [x]) {
    const weight = { suffix: 'weight', shape: [node.outFeatures, x![0]!] };
    return node.bias ? [weight, { suffix: 'bias', shape: [node.outFeatures] }] : [weight];
  },
  float(node, [x], context) {
    const weight = context.weight('weight');
    const bias = node.bias ? context.weight('bias') : null;
    const features = x!.data.length;
    return Float32Array.from({ length: node.outFeatures }, (_, o) => {
      let sum = bias ? bias[o]! : 0;
      for (let i = 0; i < features; i++) sum += weight[o * features + i]! * x!.data[i]!;
      return sum;
    });
  },
};
