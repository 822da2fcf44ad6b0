import { bilinearSums } from '../bilinear.js';
import type { Shape } from '../graph.js';
import { featureMap, type OpSpec } from './spec.js';

/**
 * Shape of an enlarged feature map.
 * @throws RangeError naming the node unless the scale is a power of two from 2 to 64: its weights are then exact integers.
 */
export function resizeShape(id: string, scale: number, x: Shape | undefined): Shape {
  const [channels, height, width] = featureMap(id, x);
  if (![2, 4, 8, 16, 32, 64].includes(scale))
    throw new RangeError(`"${id}" expected scale to be a power of two from 2 to 64, got ${scale}`);
  return [channels, height * scale, width * scale];
}

/** Bilinear enlargement; pixel edges are aligned, not the centres of corner pixels. */
export const resize: OpSpec<'resize'> = {
  op: 'resize',
  inferShape: (node, [x]) => resizeShape(node.id, node.scale, x),
  weights: () => [],
  float(node, [x]) {
    const unit = (2 * node.scale) ** 2;
    const sums = bilinearSums(x!.data, featureMap(node.id, x!.shape), node.scale);
    return Float32Array.from(sums, (sum) => sum / unit);
  },
};
