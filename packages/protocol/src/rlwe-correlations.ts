/**
 * Linear correlations from RLWE: the client sends its masks encrypted, the server multiplies with its weights and
 * returns the products minus fresh masks. Neither needs a dealer.
 *
 * Cost: the key, then per wave of layers all requests up and all responses down; see `Plan.waves`.
 * Security: semi-honest; 128 bits for the client's masks, 40 statistical bits a layer for the weights. docs/rlwe.md.
 * @module
 */
import {
  linearClient,
  linearKeyCost,
  linearServer,
  linearWaveClient,
  linearWaveCost,
  linearWaveServer,
  WeightTransforms,
} from '@relent/crypto';
import { evaluateLocal } from '@relent/graph';
import type { Kernels } from '@relent/kernels';
import type { LinearCorrelations, WeightMap } from './linear-correlations.js';
import type { Plan } from './plan.js';
import type { PlannedConvolution } from './rlwe-plan.js';
import { stepRandomness } from './shares.js';

/** Options of {@link rlweCorrelations}. */
export interface RlweOptions {
  /** Memory for transformed weights, bytes a model; what does not fit is transformed at every use. Default 2^31. */
  readonly transformBytes?: number;
}

/** The engine of the linear layers, with the transformed weights of the models that it has served. */
export interface RlweCorrelations extends LinearCorrelations {
  /** Memory for transformed weights, bytes a model. */
  readonly transformBytes: number;
}

const defaultTransformBytes = 2 ** 31;

/** Adds the client's shares of all values that follow from those known. */
function extendShares(plan: Plan, kernels: Kernels, seed: Uint8Array, known: Map<string, Int32Array>): void {
  for (const step of plan.steps) {
    if (known.has(step.id)) continue;
    switch (step.kind) {
      case 'input':
      case 'site':
        known.set(step.id, stepRandomness(kernels, seed, step.index, step.size, plan.ringBits));
        break;
      case 'local': {
        const inputs = step.node.inputs.map((id) => known.get(id));
        if (inputs.every((value) => value !== undefined)) {
          known.set(step.id, evaluateLocal(step.node, inputs, plan.ringBits));
        }
        break;
      }
      case 'conv':
        break;
      default:
        step satisfies never;
    }
  }
}

/**
 * The RLWE engine. Keep one object for all sessions of a server: it holds the transformed weights, and forgets those of a
 * model with the model.
 * @throws RangeError if the memory limit is negative or no number.
 */
export function rlweCorrelations(options: RlweOptions = {}): RlweCorrelations {
  const transformBytes = options.transformBytes ?? defaultTransformBytes;
  if (!(transformBytes >= 0)) {
    throw new RangeError(`"transformBytes" expected a number of bytes of at least 0, got ${transformBytes}`);
  }
  const transforms = new WeakMap<WeightMap, WeightTransforms>();
  const transformsOf = (kernels: Kernels, weights: WeightMap): WeightTransforms => {
    const known = transforms.get(weights) ?? new WeightTransforms(kernels, transformBytes);
    transforms.set(weights, known);
    return known;
  };
  return {
    transformBytes,

    cost: (plan) => [...linearKeyCost, ...plan.waves.flatMap((wave) => linearWaveCost(wave.map((part) => part.plan)))],

    *client(plan, kernels, maskSeed, random) {
      const client = yield* linearClient(kernels, random);
      const known = new Map<string, Int32Array>();
      const results = new Map<string, Int32Array>();
      for (const wave of plan.waves) {
        extendShares(plan, kernels, maskSeed, known);
        const layers = wave.map(({ step, plan: cut }) => {
          const x = known.get(step.node.inputs[0]);
          if (x === undefined)
            throw new RangeError(`"plan" expected the input of "${step.id}" before its use, got none`);
          return { plan: cut, x };
        });
        const shares = yield* linearWaveClient(client, layers);
        for (const [index, { step }] of wave.entries()) {
          const share = shares[index] ?? new Int32Array(0);
          known.set(step.id, share);
          results.set(step.id, share);
        }
      }
      return results;
    },

    *server(plan, kernels, weights, random) {
      const server = yield* linearServer(kernels, random);
      const held = transformsOf(kernels, weights);
      const results = new Map<string, Int32Array>();
      const layerOf = ({ step, plan: cut }: PlannedConvolution) => {
        const layer = weights.get(step.id);
        if (layer === undefined) throw new RangeError(`"weights" expected those of "${step.id}", got none`);
        return { plan: cut, weight: layer.weight };
      };
      for (const wave of plan.waves) {
        const masks = yield* linearWaveServer(server, wave.map(layerOf), held);
        for (const [index, { step }] of wave.entries()) results.set(step.id, masks[index] ?? new Int32Array(0));
      }
      return results;
    },
  };
}

/** The engine of sessions that are given no other: one a process, so that they share the transformed weights. */
export const sharedRlwe: RlweCorrelations = rlweCorrelations();
