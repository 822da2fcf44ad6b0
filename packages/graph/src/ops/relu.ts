import type { OpSpec } from './spec.js';

/** A site that has no gate map applied: plain ReLU unless the model carries a map for it. */
export const relu: OpSpec<'relu'> = {
  op: 'relu',
  inferShape: (_node, [x]) => x!,
  weights: () => [],
  float: (_node, [x], context) => context.applySite(x!.data),
};
