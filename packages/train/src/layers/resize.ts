import { interpolate } from '@relent/torch';
import { type Layer, NO_TENSORS } from './layer.js';

/** Bilinear enlargement of the plane. */
export const resizeLayer: Layer<'resize'> = {
  op: 'resize',
  create: () => NO_TENSORS,
  forward({ scale }, [x]) {
    const [height, width] = x!.shape.slice(2) as [number, number];
    return interpolate(x!, [height * scale, width * scale], { mode: 'bilinear' });
  },
};
