import type { Node, OpName } from '../graph.js';
import { add } from './add.js';
import { averagePool } from './average-pool.js';
import { batchNorm } from './batch-norm.js';
import { concat } from './concat.js';
import { conv } from './conv.js';
import { flatten } from './flatten.js';
import { gate } from './gate.js';
import { globalAveragePool } from './global-average-pool.js';
import { input } from './input.js';
import { linear } from './linear.js';
import { maxPool } from './max-pool.js';
import { polynomial } from './polynomial.js';
import { relu } from './relu.js';
import { resize } from './resize.js';
import type { OpSpec } from './spec.js';

/** Every operator of the library: a closed list, one entry a name. */
export const ops = {
  input,
  conv,
  'batch-norm': batchNorm,
  linear,
  add,
  concat,
  'average-pool': averagePool,
  'max-pool': maxPool,
  'global-average-pool': globalAveragePool,
  resize,
  flatten,
  relu,
  gate,
  polynomial,
} as const satisfies { readonly [K in OpName]: OpSpec<K> };

/** The specification of a node's operator. The cast is safe: an entry is only ever handed nodes of its own name. */
export function specOf(node: Node): OpSpec<OpName> {
  return ops[node.op] as OpSpec<OpName>;
}
