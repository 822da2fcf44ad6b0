/**
 * The public plan of the RLWE engine: a cut of every convolution, and the waves in which they run.
 * @module
 */
import { type ConvolutionPlan, planConvolution } from '@relent/crypto';
import type { ConvStep, PlanStep } from './plan.js';

/** A convolution and its cut. */
export interface PlannedConvolution {
  readonly step: ConvStep;
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

/**
 * Cuts the convolutions of a network for RLWE, wave by wave.
 * @param steps - of the network, in order.
 * @throws RangeError naming the layer if a convolution does not fit the noise budget.
 */
export function planWaves(steps: readonly PlanStep[], ringBits: number): PlannedConvolution[][] {
  const cuts = new Map<string, ConvolutionPlan>();
  const cutOf = ({ id, geometry, node }: ConvStep): ConvolutionPlan => {
    const key = JSON.stringify([geometry, node.weightNorm]);
    const cut = cuts.get(key) ?? planConvolution(geometry, ringBits, node.weightNorm, id);
    cuts.set(key, cut);
    return { ...cut, name: id };
  };
  return wavesOf(steps).map((wave) => wave.map((step) => ({ step, plan: cutOf(step) })));
}
