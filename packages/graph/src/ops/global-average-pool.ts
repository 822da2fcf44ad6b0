import { featureMap, type OpSpec } from './spec.js';

/** Mean of every plane: [C, H, W] to [C, 1, 1]. */
export const globalAveragePool: OpSpec<'global-average-pool'> = {
  op: 'global-average-pool',
  inferShape(node, [x]) {
    const [channels] = featureMap(node.id, x);
    return [channels, 1, 1];
  },
  weights: () => [],
  float(node, [x]) {
    const [channels, height, width] = featureMap(node.id, x!.shape);
    const plane = height * width;
    return Float32Array.from({ length: channels }, (_, c) => {
      let sum = 0;
      for (let i = 0; i < plane; i++) sum += x!.data[c * plane + i]!;
      return sum / plane;
    });
  },
};
