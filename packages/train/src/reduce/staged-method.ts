/**
 * Methods that go through several stages, written as one generator: each `yield` ends a step.
 * @module
 */
import type { ReductionContext, ReductionMethod, ReductionOutcome } from './method.js';

/** Something with native memory. */
export interface Freeable {
  free(): void;
}

/** Hands a thing to the method's state, which frees it when the reduction ends, in reverse order; answers the thing. */
export type Own = <T extends Freeable>(thing: T) => T;

/** A method in stages. */
export interface StagedSpec<Options>
  extends Pick<ReductionMethod<Options, unknown>, 'name' | 'source' | 'options' | 'expect' | 'needsTraining'> {
  /** Runs the method; what it makes is freed if it was handed to `own`. */
  run(context: ReductionContext, options: Options, own: Own): AsyncGenerator<void, ReductionOutcome>;
}

/** What {@link stagedMethod} holds between steps. */
export interface StagedState {
  readonly steps: AsyncGenerator<void, ReductionOutcome>;
  readonly owned: Freeable[];
  outcome: ReductionOutcome | null;
}

function freeAll(owned: Freeable[]): void {
  for (let thing = owned.pop(); thing; thing = owned.pop()) thing.free();
}

/** A reduction method from its generator. */
export function stagedMethod<Options>(spec: StagedSpec<Options>): ReductionMethod<Options, StagedState> {
  return {
    ...spec,
    init(context, options) {
      const owned: Freeable[] = [];
      const own: Own = (thing) => {
        owned.push(thing);
        return thing;
      };
      return { steps: spec.run(context, options, own), owned, outcome: null };
    },
    async step(state) {
      const { done, value } = await state.steps.next();
      if (done) state.outcome = value;
      return !done;
    },
    finish({ outcome, owned }) {
      freeAll(owned);
      if (!outcome) throw new Error('the reduction expected a last step before its outcome, got none');
      return outcome;
    },
    abandon({ owned }) {
      freeAll(owned);
    },
  };
}
