/**
 * Where the offline correlations of the linear layers come from. Sessions use the RLWE engine; the interface lets the
 * phases around it run on a stand-in.
 * @module
 */
import type { MessageCost, Protocol, RandomSource } from '@relent/crypto';
import type { IntegerWeights } from '@relent/graph';
import type { Kernels } from '@relent/kernels';
import type { Plan } from './plan.js';

/** Weights by convolution. */
export type WeightMap = ReadonlyMap<string, IntegerWeights>;

/**
 * An engine that gives, for every convolution W with the client's input share x_c, additive shares of W · x_c: the
 * client's z_c and the server's s, z_c + s = W · x_c in Z_2^l.
 */
export interface LinearCorrelations {
  /** Its messages. */
  cost(plan: Plan): readonly MessageCost[];
  /**
   * @param maskSeed - [32] the seed of the client's masks in this inference, see `maskWalk`.
   * @param random - the party's own secrets.
   * @returns z_c by convolution.
   */
  client(
    plan: Plan,
    kernels: Kernels,
    maskSeed: Uint8Array,
    random: RandomSource,
  ): Protocol<ReadonlyMap<string, Int32Array>>;
  /** @returns s by convolution. */
  server(
    plan: Plan,
    kernels: Kernels,
    weights: WeightMap,
    random: RandomSource,
  ): Protocol<ReadonlyMap<string, Int32Array>>;
}
