import type { OpSpec } from './spec.js';

/** A site whose gate map is final. */
export const gate: OpSpec<'gate'> = {
  op: 'gate',
  inferShape: (_node, [x]) => x!,
  weights: () => [],
  float: (_node, [x], context) => context.applySite(x!.data),
};
