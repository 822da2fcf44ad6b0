import { avgPool2d, maxPool2d } from '@relent/torch';
import { type Layer, NO_TENSORS } from './layer.js';

/** Average over windows; added zeros count, as the graph defines it. */
export const averagePoolLayer: Layer<'average-pool'> = {
  op: 'average-pool',
  create: () => NO_TENSORS,
  forward({ kernel, stride, padding }, [x]) {
    return avgPool2d(x!, [...kernel], { stride: [...stride], padding: [...padding] });
  },
};

/** Maximum over windows. */
export const maxPoolLayer: Layer<'max-pool'> = {
  op: 'max-pool',
  create: () => NO_TENSORS,
  forward({ kernel, stride, padding }, [x]) {
    return maxPool2d(x!, [...kernel], { stride: [...stride], padding: [...padding] });
  },
};

/** Average over the whole plane, [N, C, 1, 1]. */
export const globalAveragePoolLayer: Layer<'global-average-pool'> = {
  op: 'global-average-pool',
  create: () => NO_TENSORS,
  forward: (_node, [x]) => x!.mean([2, 3], true),
};
