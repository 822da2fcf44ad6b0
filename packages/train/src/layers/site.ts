import { ones, zeros } from '@relent/torch';
import { inTypeOf } from '../compute.js';
import { type Layer, NO_TENSORS } from './layer.js';

/** A site whose gate map, if any, decides. */
export const reluLayer: Layer<'relu'> = {
  op: 'relu',
  create: () => NO_TENSORS,
  forward: (_node, [x], context) => context.applySite(x!),
};

/** A site whose gate map has been compiled into the graph. */
export const gateLayer: Layer<'gate'> = {
  op: 'gate',
  create: () => NO_TENSORS,
  forward: (_node, [x], context) => context.applySite(x!),
};

/** c2 · x² + c1 · x + c0 per channel; starts as the identity. */
export const polynomialLayer: Layer<'polynomial'> = {
  op: 'polynomial',
  create(_node, [x]) {
    const channels = [x![0]!];
    return { parameters: { c2: zeros(channels), c1: ones(channels), c0: zeros(channels) }, buffers: {} };
  },
  forward(_node, [x], context) {
    const shape = x!.shape.map((_, axis) => (axis === 1 ? -1 : 1));
    const [c2, c1, c0] = ['c2', 'c1', 'c0'].map((suffix) => inTypeOf(context.tensor(suffix).reshape(shape), x!));
    return x!.mul(c2!).add(c1!).mul(x!).add(c0!);
  },
};
