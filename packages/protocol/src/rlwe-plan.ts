/**
 * The public plan of the RLWE engine: a cut of every convolution, and the waves in which they run.
 * @module
 */
import { type ConvolutionPlan, linearWaveCost, planConvolution } from '@relent/crypto';
import type { ConvStep, PlanStep } from './plan.js';

/** A convolution of one of the images, and its cut. */
export interface PlannedConvolution {
  readonly step: ConvStep;
  readonly image: number;
  readonly plan: ConvolutionPlan;
}

/**
 * The convolutions by wave: those whose client share of the input follows from masks and earlier waves. A network with a
 * site between any two convolutions has one wave.
 */
function wavesOf(steps: readonly PlanStep[]): ConvStep[][] {
  const depths = new Map<string, number>();
  const waves: ConvStep[][] = [];
  for (const step of steps) {
    const depth = Math.max(0, ...step.node.inputs.map((id) => depths.get(id) ?? 0));
    switch (step.kind) {
      case 'input':
      case 'site':
        depths.set(step.id, 0);
        break;
      case 'local':
        depths.set(step.id, depth);
        break;
      case 'conv': {
        const wave = waves[depth] ?? [];
        wave.push(step);
        waves[depth] = wave;
        depths.set(step.id, depth + 1);
        break;
      }
      default:
        step satisfies never;
    }
  }
  return waves;
}

/** Images run in waves of their own where their messages would become larger. AGREEMENT; bounds memory. */
const largestMessageBits = 2 ** 29;

/**
 * Cuts the convolutions of a network for RLWE, wave by wave.
 * @param steps - of the network, in order.
 * @param images - how many run at once.
 * @throws RangeError naming the layer if a convolution does not fit the noise budget.
 */
export function planWaves(steps: readonly PlanStep[], ringBits: number, images: number): PlannedConvolution[][] {
  const cuts = new Map<string, ConvolutionPlan>();
  const cutOf = ({ id, geometry, node }: ConvStep): ConvolutionPlan => {
    const key = JSON.stringify([geometry, node.weightNorm]);
    const cut = cuts.get(key) ?? planConvolution(geometry, ringBits, node.weightNorm, id);
    cuts.set(key, cut);
    return { ...cut, name: id };
  };
  return wavesOf(steps).flatMap((wave) => {
    const cutWave = wave.map((step) => ({ step, plan: cutOf(step) }));
    const bits = linearWaveCost(cutWave.map(({ plan }) => plan)).reduce(
      (most, message) => Math.max(most, message.bits),
      0,
    );
    const together = Math.max(1, Math.floor(largestMessageBits / Math.max(1, bits)));
    const waves: PlannedConvolution[][] = [];
    for (let first = 0; first < images; first += together) {
      const count = Math.min(together, images - first);
      waves.push(cutWave.flatMap((part) => Array.from({ length: count }, (_, i) => ({ ...part, image: first + i }))));
    }
    return waves;
  });
}
