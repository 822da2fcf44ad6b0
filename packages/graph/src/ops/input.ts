import { expectInteger, formatShape, type OpSpec } from './spec.js';

/** The image: [C, H, W], or a vector [F]. */
export const input: OpSpec<'input'> = {
  op: 'input',
  inferShape(node) {
    if (node.shape.length !== 1 && node.shape.length !== 3)
      throw new RangeError(`"${node.id}" expected a shape [C, H, W] or [F], got ${formatShape(node.shape)}`);
    for (const n of node.shape) expectInteger(node.id, 'every size', n, 1);
    return node.shape;
  },
  weights: () => [],
  float(node) {
    throw new TypeError(`"${node.id}" expected the interpreter to supply the image, got a request to compute it`);
  },
};
