import { formatShape, type OpSpec, sizeOf } from './spec.js';

/** Inputs one after the other along the channel axis. */
export const concat: OpSpec<'concat'> = {
  op: 'concat',
  inferShape(node, inputs) {
    const [first] = inputs;
    if (!first) throw new RangeError(`"${node.id}" expected at least one input, got none`);
    for (const shape of inputs)
      if (shape.length !== first.length || shape.some((n, axis) => axis > 0 && n !== first[axis]))
        throw new RangeError(
          `"${node.id}" expected inputs that differ in channels only, got ${formatShape(first)} and ${formatShape(shape)}`,
        );
    return [inputs.reduce((sum, shape) => sum + shape[0]!, 0), ...first.slice(1)];
  },
  weights: () => [],
  float(_node, inputs, _context, shape) {
    const out = new Float32Array(sizeOf(shape));
    let position = 0;
    for (const { data } of inputs) {
      out.set(data, position);
      position += data.length;
    }
    return out;
  },
};
