/**
 * A stand-in for the engine of linear layers that costs no time. INSECURE: the dealer is told the client's masks, so the
 * server could read the image.
 * @module
 */
import { done, ProtocolError, receive, send } from '@relent/crypto';
import { ringReduce } from '@relent/graph';
import type { Kernels } from '@relent/kernels';
import type { ConvStep, LinearCorrelations, Plan } from '@relent/protocol';
import { maskWalk, stepRandomness, walkShares } from '../dist/shares.js';

const seedBytes = 32;

function clientShare(plan: Plan, kernels: Kernels, seed: Uint8Array, step: ConvStep): Int32Array {
  return stepRandomness(kernels, seed, step.index, step.size, plan.ringBits);
}

/**
 * Linear correlations from a trusted dealer that is not trusted for any reason. INSECURE, see the module comment.
 *
 * The client sends its mask seed; z_c is pseudorandom from the same seed; the dealer walks the client's shares and sets
 * s = W · x_c - z_c.
 *
 * Cost: 32 bytes up.
 */
export const insecureDealer: LinearCorrelations = {
  cost: () => [{ direction: 'up', bits: seedBytes * 8 }],
  *client(plan, kernels, maskSeed) {
    yield* send(maskSeed);
    const shares = new Map<string, Int32Array>();
    for (const step of plan.steps) {
      if (step.kind === 'conv') shares.set(step.id, clientShare(plan, kernels, maskSeed, step));
    }
    return shares;
  },
  *server(plan, kernels, weights) {
    const seed = yield* receive();
    if (seed.length !== seedBytes) {
      throw new ProtocolError('malformed', 'insecureDealer', `"seed" expected ${seedBytes} bytes, got ${seed.length}`);
    }
    const masks = new Map<string, Int32Array>();
    yield* walkShares(plan, {
      ...maskWalk(plan, kernels, seed),
      conv(step, x) {
        const share = clientShare(plan, kernels, seed, step);
        const layer = weights.get(step.id);
        if (layer === undefined) throw new RangeError(`"weights" expected those of "${step.id}", got none`);
        const product = kernels.convolve(x, layer.weight, null, step.geometry);
        for (let i = 0; i < product.length; i++) product[i] = (product[i] ?? 0) - (share[i] ?? 0);
        masks.set(step.id, ringReduce(product, plan.ringBits));
        return done(share);
      },
    });
    return masks;
  },
};
