/**
 * Transformed weights, kept as far as a memory limit allows.
 * @module
 */
import { type Kernels, polyWords } from '@relent/kernels';
import { packWeights } from './pack.js';
import type { ConvolutionPlan } from './plan.js';

/** The weights of one layer, with the plan that they are packed by. */
export interface LayerWeights {
  readonly plan: ConvolutionPlan;
  /** [outChannels, inChannels / groups, kh, kw]; secret of the server. */
  readonly weight: Int32Array;
}

/**
 * Checks weights against what their plan promises of them.
 * @throws RangeError naming the layer if the length does not fit or an output channel exceeds the plan's norm.
 */
export function checkWeights({ plan, weight }: LayerWeights): void {
  const { geometry, name, weightNorm } = plan;
  const row = ((geometry.inChannels / geometry.groups) * geometry.kernel[0] * geometry.kernel[1]) | 0;
  if (weight.length !== geometry.outChannels * row) {
    throw new RangeError(`"weight" of "${name}" expected length ${geometry.outChannels * row}, got ${weight.length}`);
  }
  for (let m = 0; m < geometry.outChannels; m++) {
    let square = 0;
    for (let i = m * row; i < (m + 1) * row; i++) square += (weight[i] ?? 0) ** 2;
    if (square > weightNorm * weightNorm) {
      throw new RangeError(`"weight" of "${name}" expected a norm of at most ${weightNorm}, got ${Math.sqrt(square)}`);
    }
  }
}

/** Transformed weight polynomials of one model, computed when first needed. Least recently made ones are not evicted. */
export class WeightTransforms {
  readonly #kernels: Kernels;
  readonly #limitBytes: number;
  readonly #kept = new WeakMap<Int32Array, Map<string, Uint32Array>>();
  #bytes = 0;

  /** @param limitBytes - memory for transforms; what does not fit is computed anew each time. LOCAL. */
  constructor(kernels: Kernels, limitBytes: number) {
    this.#kernels = kernels;
    this.#limitBytes = limitBytes;
  }

  /** Bytes in use. */
  get bytes(): number {
    return this.#bytes;
  }

  /** The transformed weights of one response: [inputBlocks × 4 × 4096]. */
  of(layer: LayerWeights, set: number, block: number): Uint32Array {
    const { plan, weight } = layer;
    let own = this.#kept.get(weight);
    if (own === undefined) {
      own = new Map();
      this.#kept.set(weight, own);
    }
    const { pitch, planeStride, blockGroups, blockPlanes, blockOutputs } = plan;
    const key = [pitch, planeStride, blockGroups, blockPlanes, blockOutputs, set, block].join(' ');
    const known = own.get(key);
    if (known !== undefined) return known;
    const made = this.#kernels.poly.transform(packWeights(plan, set, block, weight));
    if (this.#bytes + 4 * plan.inputBlocks * polyWords <= this.#limitBytes) {
      this.#bytes += made.byteLength;
      own.set(key, made);
    }
    return made;
  }
}
