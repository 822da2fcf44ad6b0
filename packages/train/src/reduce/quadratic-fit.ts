/**
 * Quadratics that stand in for ReLUs, fitted to the distribution of each channel.
 *
 * Source: Peng et al., AutoReP: Automatic ReLU Replacement for Fast Private Network Inference, ICCV 2023,
 * arXiv:2308.10134 (distribution-aware polynomial approximation).
 * @module
 */
import type { DroppedRule } from '@relent/graph';
import { keep, noGrad, scope, type Tensor } from '@relent/torch';
import { BatchLoader } from '../data/batches.js';
import type { Dataset } from '../data/dataset.js';
import { splitOf } from '../data/dataset.js';
import type { Network } from '../network.js';
import { otherWork } from '../other-work.js';

/** Below this a channel counts as constant. */
const SMALLEST_DEVIATION = 1e-3;

/** c2 · x² + c1 · x + c0 nearest to max(x, 0) in mean square for x ~ N(mean, deviation²). */
export function fitQuadratic(mean: number, deviation: number): { c2: number; c1: number; c0: number } {
  const v = Math.max(deviation, SMALLEST_DEVIATION);
  const z = mean / v;
  const density = Math.exp(-(z * z) / 2) / Math.sqrt(2 * Math.PI);
  // In Hermite polynomials of (x - mean) / v, ReLU starts with the coefficients v (φ + z Φ), v Φ and v φ / 2.
  const below = normalBelow(z);
  const [first, second] = [below, density / (2 * v)];
  return {
    c2: second,
    c1: first - 2 * second * mean,
    c0: v * (density + z * below) - first * mean + second * (mean * mean - v * v),
  };
}

/** Φ(z), by the error function's rational approximation 7.1.26 of Abramowitz & Stegun (error below 2e-7). */
function normalBelow(z: number): number {
  const x = Math.abs(z) * Math.SQRT1_2;
  const t = 1 / (1 + 0.3275911 * x);
  const series = t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))));
  const tail = 0.5 * series * Math.exp(-x * x);
  return z >= 0 ? 1 - tail : tail;
}

/** How to fit the quadratics of a network. */
export interface QuadraticFit {
  /** Training images to look at. */
  readonly images: number;
  /** Factors of c2 and c0, which keep a chain of quadratics from growing. */
  readonly damping: { readonly c2: number; readonly c0: number };
  readonly signal?: AbortSignal;
}

/** A quadratic for each channel of each site, from the pre-activations of the first training images. */
export async function fitQuadratics(
  network: Network,
  data: Dataset,
  { images, damping, signal }: QuadraticFit,
): Promise<Map<string, DroppedRule>> {
  const loader = new BatchLoader(data, splitOf(data, 'train'), network.device);
  const sums = new Map<string, { readonly first: Tensor; readonly second: Tensor; count: number }>();
  const add = (site: string, x: Tensor) => {
    const dims = x.shape.map((_, axis) => axis).filter((axis) => axis !== 1);
    const parts = [x.sum(dims), x.mul(x).sum(dims)] as const;
    const count = x.shape.reduce((a, b) => a * b, 1) / x.shape[1]!;
    const sum = sums.get(site);
    if (!sum) sums.set(site, { first: keep(parts[0]), second: keep(parts[1]), count });
    else {
      sum.first.add_(parts[0]);
      sum.second.add_(parts[1]);
      sum.count += count;
    }
  };
  try {
    const total = Math.min(images, loader.count);
    for (let start = 0; start < total; start += 250) {
      noGrad(() =>
        scope(() => {
          const batch = loader.slice(start, Math.min(250, total - start));
          const site = (id: string, x: Tensor, plain: () => Tensor) => {
            add(id, x);
            return plain();
          };
          network.forward(batch.images, { site });
        }),
      );
      await otherWork(signal);
    }
    return new Map([...sums].map(([site, sum]) => [site, ruleOf(sum, damping)]));
  } finally {
    loader.free();
    for (const { first, second } of sums.values()) {
      first.free();
      second.free();
    }
  }
}

function ruleOf(
  { first, second, count }: { readonly first: Tensor; readonly second: Tensor; readonly count: number },
  damping: QuadraticFit['damping'],
): DroppedRule {
  const squares = second.toFloat32();
  const fits = Array.from(first.toFloat32(), (sum, c) => {
    const mean = sum / count;
    return fitQuadratic(mean, Math.sqrt(Math.max(0, squares[c]! / count - mean * mean)));
  });
  return {
    c2: Float32Array.from(fits, (fit) => fit.c2 * damping.c2),
    c1: Float32Array.from(fits, (fit) => fit.c1),
    c0: Float32Array.from(fits, (fit) => fit.c0 * damping.c0),
  };
}
