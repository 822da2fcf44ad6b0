/**
 * The public plan of the RLWE engine: a cut of every convolution, and the waves in which they run.
 * @module
 */
import { type ConvolutionPlan, planConvolution } from '@relent/crypto';
import type { ConvStep, Plan } from './plan.js';

/** A convolution and its cut. */
export interface PlannedConvolution {
  readonly step: ConvStep;
  readonly plan: ConvolutionPlan;
}

/** Bounds of weight norms that plans are made for: powers of two in this range. AGREEMENT. */
const leastNorm = 2 ** 8;
const mostNorm = 2 ** 17;
/** Room for channels whose inputs stay below the layer's. AGREEMENT. */
const channelSlack = 2;

/**
 * A public bound of the norm of one output channel's weights. An output is at most Σ |w| · |x|, and the graph publishes
 * bounds of both sides; the Euclidean norm is at most Σ |w|. The server checks its weights against the bound before it
 * answers.
 */
export function weightNormBound(plan: Plan, step: ConvStep): number {
  const input = plan.steps.find(({ id }) => id === step.node.inputs[0]);
  const ratio = (channelSlack * step.node.maxAbs) / Math.max(1, input?.node.maxAbs ?? 1);
  let bound = leastNorm;
  while (bound < ratio && bound < mostNorm) bound *= 2;
  return bound;
}

/**
 * The convolutions by wave: those whose client share of the input follows from masks and earlier waves. A network with a
 * site between any two convolutions has one wave.
 */
function wavesOf(plan: Plan): ConvStep[][] {
  const depths = new Map<string, number>();
  const waves: ConvStep[][] = [];
  for (const step of plan.steps) {
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

const planned = new WeakMap<Plan, readonly (readonly PlannedConvolution[])[]>();

/**
 * The waves of a plan, cut for RLWE; made once for a plan.
 * @throws RangeError naming the layer if a convolution does not fit the noise budget.
 */
export function planWaves(plan: Plan): readonly (readonly PlannedConvolution[])[] {
  const known = planned.get(plan);
  if (known !== undefined) return known;
  const cuts = new Map<string, ConvolutionPlan>();
  const cutOf = (step: ConvStep): ConvolutionPlan => {
    const norm = weightNormBound(plan, step);
    const key = JSON.stringify([step.geometry, norm]);
    const cut = cuts.get(key) ?? planConvolution(step.geometry, plan.ringBits, norm, step.id);
    cuts.set(key, cut);
    return { ...cut, name: step.id };
  };
  const waves = wavesOf(plan).map((wave) => wave.map((step) => ({ step, plan: cutOf(step) })));
  planned.set(plan, waves);
  return waves;
}
