/**
 * Random generators: seeded, saved and restored, so that a run can be resumed exactly.
 * @module
 */
import { binding } from './binding.js';
import { tensor } from './create.js';
import { wrapTensor } from './dispatch.js';
import type { Device } from './dtype.js';
import { Handle, idOf } from './handle.js';
import { attempt } from './native-error.js';

/** A source of random numbers of its own. Scopes do not free generators. */
export class Generator extends Handle {
  /** @param seed - A whole number; equal seeds give equal draws on the same device and library. */
  constructor(seed: number | bigint = 0, { device = 'cpu' }: { device?: Device } = {}) {
    super(attempt('Generator', () => binding.newGenerator(device, seed)));
  }

  /** Starts again from `seed`. */
  seed(seed: number | bigint): this {
    attempt('Generator.seed', () => binding.seedGenerator(idOf(this), seed));
    return this;
  }

  /** All that future draws depend on. */
  getState(): Uint8Array {
    const state = wrapTensor(attempt('Generator.getState', () => binding.generatorState(idOf(this))));
    try {
      return state.toBytes();
    } finally {
      state.free();
    }
  }

  /** @throws NativeError if `state` is not one of this kind of generator. */
  setState(state: Uint8Array): void {
    const bytes = tensor(state, { dtype: 'uint8' });
    try {
      attempt('Generator.setState', () => binding.setGeneratorState(idOf(this), idOf(bytes)));
    } finally {
      bytes.free();
    }
  }
}

/** Seeds the default generators of every device, which draws without a {@link Generator} use. */
export function manualSeed(seed: number | bigint): void {
  attempt('manualSeed', () => binding.manualSeed(seed));
}
