/**
 * Transformed weights, kept as far as a memory limit allows.
 * @module
 */
import type { KeptPolynomials, Kernels, PolynomialStore } from '@relent/kernels';
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
  readonly #store: PolynomialStore;
  readonly #kept = new WeakMap<Int32Array, Map<string, KeptPolynomials>>();

  /** @param limitBytes - memory for transforms; what does not fit is computed anew each time. LOCAL. */
  constructor(kernels: Kernels, limitBytes: number) {
    this.#store = kernels.poly.newStore(limitBytes);
  }

  /** Bytes in use. */
  get bytes(): number {
    return this.#store.bytes;
  }

  /**
   * Σ ciphertexts · weights for every output block of one set of groups.
   * @param ciphertexts - [inputBlocks × 2 × 4 × 4096], transformed.
   * @returns [outputBlocks × 2 × 4 × 4096].
   */
  multiply(layer: LayerWeights, set: number, ciphertexts: Uint32Array): Uint32Array {
    const rows = Array.from({ length: layer.plan.outputBlocks }, (_, block) => this.#row(layer, set, block));
    return this.#store.multiplyAccumulate(ciphertexts, rows);
  }

  /** The weights of one response: kept, or their [inputBlocks × 4096] coefficients. */
  #row(layer: LayerWeights, set: number, block: number): KeptPolynomials | Int32Array {
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
    const coefficients = packWeights(plan, set, block, weight);
    const made = this.#store.keep(coefficients);
    if (made === null) return coefficients;
    own.set(key, made);
    return made;
  }
}
