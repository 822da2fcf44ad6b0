import { foldWindows, poolShape } from './pool.js';
import type { OpSpec } from './spec.js';

/** Window sum over the full kernel area: padded zeros count (`count_include_pad` of PyTorch, its default). */
export const averagePool: OpSpec<'average-pool'> = {
  op: 'average-pool',
  inferShape: (node, [x]) => poolShape(node.id, node, x),
  weights: () => [],
  float(node, [x], _context, shape) {
    const area = node.kernel[0] * node.kernel[1];
    return foldWindows(node.id, node, x!, shape, 0, (sum, pixel) => sum + pixel).map((sum) => sum / area);
  },
};
