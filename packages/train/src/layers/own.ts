/**
 * Tensors that outlive the scope in which they are made.
 * @module
 */
import { type Device, keep, type Tensor } from '@relent/torch';

/**
 * A copy of a tensor for a network to own: a leaf outside every scope. Convolution weights lie channels last, which
 * is the layout that the convolutions of the CPU take without reordering.
 */
export function ownTensor(value: Tensor, device: Device): Tensor {
  const copy = value.detach().clone().to({ device });
  return keep(copy.shape.length === 4 ? copy.contiguous('channels_last') : copy);
}
