import { formatShape, type OpSpec } from './spec.js';

/** Sum of two values of equal shape: the residual connection. */
export const add: OpSpec<'add'> = {
  op: 'add',
  inferShape(node, [x, y]) {
    if (x!.length !== y!.length || x!.some((n, axis) => n !== y![axis]))
      throw new RangeError(
        `"${node.id}" expected two inputs of one shape, got ${formatShape(x!)} and ${formatShape(y!)}`,
      );
    return x!;
  },
  weights: () => [],
  float: (_node, [x, y]) => x!.data.map((value, i) => value + y!.data[i]!),
};
