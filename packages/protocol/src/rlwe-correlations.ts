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
import type { Kernels } from '@relent/kernels';
import { imageOf } from './images.js';
import type { LinearCorrelations, WeightMap } from './linear-correlations.js';
import type { Plan } from './plan.js';
import type { PlannedConvolution } from './rlwe-plan.js';
import { evaluateStep, stepRandomness } from './shares.js';

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
          known.set(step.id, evaluateStep(step, inputs, plan, 'client'));
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

/** Puts the results of a wave in their places among all images. */
function collectImages(
  plan: Plan,
  wave: readonly PlannedConvolution[],
  parts: readonly Int32Array[],
  results: Map<string, Int32Array>,
): void {
  for (const [index, { step, image }] of wave.entries()) {
    const whole = results.get(step.id) ?? new Int32Array(step.size);
    whole.set(parts[index] ?? new Int32Array(0), (image * step.size) / plan.images);
    results.set(step.id, whole);
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
        const layers = wave.map(({ step, image, plan: cut }) => {
          const x = known.get(step.node.inputs[0]);
          if (x === undefined)
            throw new RangeError(`"plan" expected the input of "${step.id}" before its use, got none`);
          return { plan: cut, x: imageOf(x, plan.images, image) };
        });
        const shares = yield* linearWaveClient(client, layers);
        collectImages(plan, wave, shares, results);
        for (const { step, image } of wave) {
          const share = results.get(step.id);
          if (image + 1 === plan.images && share !== undefined) known.set(step.id, share);
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
        collectImages(plan, wave, masks, results);
      }
      return results;
    },
  };
}

/** The engine of sessions that are given no other: one a process, so that they share the transformed weights. */
export const sharedRlwe: RlweCorrelations = rlweCorrelations();
