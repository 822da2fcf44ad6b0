/**
 * Walking the network on one party's additive share, and the client's masks.
 *
 * Delphi's split: the client fixes its share of every value before the image is known. Its share of the input and of
 * every site's output is a fresh mask r; its share of a convolution's output comes from the offline correlation. The
 * server holds the differences, and learns them online.
 *
 * Source: Mishra et al., "Delphi", eprint 2020/050, §4.
 * @module
 */
import { done, type Party, type Protocol } from '@relent/crypto';
import { evaluateLocal, ringReduce, siteScores } from '@relent/graph';
import type { Kernels } from '@relent/kernels';
import { eachImage } from './images.js';
import type { ConvStep, InputStep, LocalStep, Plan, SiteStep } from './plan.js';
import { evaluateTournament } from './tournament.js';

/** A party's share of a local step. */
export function evaluateStep({ node }: LocalStep, inputs: readonly Int32Array[], plan: Plan, role: Party): Int32Array {
  return eachImage(plan.images, inputs, (parts) =>
    'shape' in node
      ? evaluateLocal(node, parts, plan.ringBits)
      : ringReduce(evaluateTournament(node, parts, role), plan.ringBits),
  );
}

/** A party's shares of the scores of a site. */
export function evaluateScores({ node }: SiteStep, z: Int32Array, plan: Plan): Int32Array {
  return eachImage(plan.images, [z], ([part]) => siteScores(node.gates, part as Int32Array, plan.ringBits));
}

/** How a walk computes the steps that are not local; each returns this party's share of the node's value. */
export interface ShareWalk {
  readonly role: Party;
  readonly input: (step: InputStep) => Protocol<Int32Array>;
  /** @param x - this party's share of the layer's input. */
  readonly conv: (step: ConvStep, x: Int32Array) => Protocol<Int32Array>;
  /** @param z - this party's share of the pre-activation. */
  readonly site: (step: SiteStep, z: Int32Array) => Protocol<Int32Array>;
}

/**
 * Walks the plan and forgets values after their last use.
 * @returns this party's share of the output.
 */
export function* walkShares(plan: Plan, walk: ShareWalk): Protocol<Int32Array> {
  const shares = new Map<string, Int32Array>();
  const shareOf = (id: string | undefined): Int32Array => {
    const share = shares.get(id ?? '');
    if (share === undefined) throw new RangeError(`"plan" expected the value of "${id}" before its use, got none`);
    return share;
  };
  for (const step of plan.steps) {
    let share: Int32Array;
    switch (step.kind) {
      case 'input':
        share = yield* walk.input(step);
        break;
      case 'local':
        share = evaluateStep(step, step.node.inputs.map(shareOf), plan, walk.role);
        break;
      case 'conv':
        share = yield* walk.conv(step, shareOf(step.node.inputs[0]));
        break;
      case 'site':
        share = yield* walk.site(step, shareOf(step.node.inputs[0]));
        break;
      default:
        share = step satisfies never;
    }
    shares.set(step.id, share);
    for (const id of plan.lastUses[step.index] ?? []) shares.delete(id);
  }
  return shareOf(plan.output.id);
}

/**
 * Uniform elements of Z_2^l that belong to one step of one inference: the keystream of a key which is itself a block of
 * the seed's keystream.
 *
 * @param seed - [32] of this inference alone.
 * @param index - the step's position in the plan.
 */
export function stepRandomness(
  kernels: Kernels,
  seed: Uint8Array,
  index: number,
  count: number,
  ringBits: number,
): Int32Array {
  const key = kernels.keystream(seed, index, 32);
  const bytes = kernels.keystream(key, 0, count * 4);
  const aligned = bytes.byteOffset % 4 === 0 ? bytes : bytes.slice();
  return ringReduce(new Int32Array(aligned.buffer, aligned.byteOffset, count), ringBits);
}

/** The client's masks as a walk: what {@link ShareWalk} needs for the input and, without interaction, for the sites. */
export function maskWalk(plan: Plan, kernels: Kernels, seed: Uint8Array): Pick<ShareWalk, 'role' | 'input' | 'site'> {
  const mask = (step: InputStep | SiteStep): Protocol<Int32Array> =>
    done(stepRandomness(kernels, seed, step.index, step.size, plan.ringBits));
  return { role: 'client', input: mask, site: mask };
}
