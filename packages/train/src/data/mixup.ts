/**
 * Mixup: images and labels of a batch are blended with those of another order of it.
 *
 * Source: Zhang, Cissé, Dauphin & Lopez-Paz, mixup: Beyond Empirical Risk Minimization, arXiv:1710.09412. Batches are in
 * random order already, so every image is blended with its predecessor.
 * @module
 */
import { type Generator, rand, scope, type Tensor } from '@relent/torch';

/**
 * One number from Beta(alpha, alpha), drawn on the host.
 *
 * Source: Jöhnk, Erzeugung von betaverteilten und gammaverteilten Zufallszahlen, Metrika 8, 1964.
 */
export function drawBeta(alpha: number, generator: Generator): number {
  for (;;) {
    const [u, v] = scope(() => rand([2], { generator, dtype: 'float64' }).toNumbers()) as [number, number];
    const [x, y] = [u ** (1 / alpha), v ** (1 / alpha)];
    if (x + y <= 1 && x + y > 0) return x / (x + y);
  }
}

/** Every image's predecessor in the batch; the same for labels. */
export function predecessors(batch: Tensor): Tensor {
  return batch.roll(1, 0);
}

/** share · image + (1 - share) · its predecessor. */
export function mix(images: Tensor, share: number): Tensor {
  return scope(() => images.mul(share).add(predecessors(images), { alpha: 1 - share }));
}
