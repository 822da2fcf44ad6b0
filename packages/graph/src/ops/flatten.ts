import { type OpSpec, sizeOf } from './spec.js';

/** A feature map [C, H, W] as a vector [C·H·W], row-major. */
export const flatten: OpSpec<'flatten'> = {
  op: 'flatten',
  inferShape: (_node, [x]) => [sizeOf(x!)],
  weights: () => [],
  float: (_node, [x]) => x!.data.slice(),
};
