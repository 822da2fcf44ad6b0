import { cat } from '@relent/torch';
import { type Layer, NO_TENSORS } from './layer.js';

/** The image, passed on as it is. */
export const inputLayer: Layer<'input'> = {
  op: 'input',
  create: () => NO_TENSORS,
  forward: (_node, [x]) => x!,
};

/** Sum of two values. */
export const addLayer: Layer<'add'> = {
  op: 'add',
  create: () => NO_TENSORS,
  forward: (_node, [x, y]) => x!.add(y!),
};

/** Values side by side along the channels. */
export const concatLayer: Layer<'concat'> = {
  op: 'concat',
  create: () => NO_TENSORS,
  forward: (_node, inputs) => cat([...inputs], 1),
};

/** Everything but the batch dimension in one, channel by channel. */
export const flattenLayer: Layer<'flatten'> = {
  op: 'flatten',
  create: () => NO_TENSORS,
  forward: (_node, [x]) => x!.flatten(1),
};
