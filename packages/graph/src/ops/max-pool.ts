import { foldWindows, poolShape } from './pool.js';
import type { OpSpec } from './spec.js';

/** Largest pixel of every window; the padding never wins. */
export const maxPool: OpSpec<'max-pool'> = {
  op: 'max-pool',
  inferShape: (node, [x]) => poolShape(node.id, node, x),
  weights: () => [],
  float: (node, [x], _context, shape) => foldWindows(node.id, node, x!, shape, -Infinity, Math.max),
};
