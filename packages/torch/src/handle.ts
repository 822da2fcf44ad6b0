/**
 * Ownership of native objects: freed explicitly, by a scope, by `using`, or at last by the garbage collector.
 * @module
 */
import { binding } from './binding.js';

// Runs only between turns of the event loop, so a synchronous loop must not rely on it: that is what scopes are for.
const stragglers = new FinalizationRegistry<number>((id) => {
  binding.free(id);
});

/** The number behind a handle. @throws RangeError if it was freed. */
export let idOf: (handle: Handle) => number;

/** Marks a handle as freed without telling the native side; returns its number, or 0 if it already was. */
export let surrender: (handle: Handle) => number;

/** An object that lives in native memory. */
export abstract class Handle {
  #id: number;

  protected constructor(id: number) {
    this.#id = id;
    stragglers.register(this, id, this);
  }

  /** Whether the native object was given back. Any further use throws. */
  get freed(): boolean {
    return this.#id === 0;
  }

  /** Gives the native object back now. A second call does nothing. */
  free(): void {
    const id = surrender(this);
    if (id !== 0) binding.free(id);
  }

  [Symbol.dispose](): void {
    this.free();
  }

  static {
    idOf = (handle) => {
      const id = handle.#id;
      if (id === 0) throw new RangeError('"tensor" expected one that is alive, got one that was freed');
      return id;
    };
    surrender = (handle) => {
      const id = handle.#id;
      if (id !== 0) {
        handle.#id = 0;
        stragglers.unregister(handle);
      }
      return id;
    };
  }
}

/** Tensors and generators alive in native memory, of this thread: the leak test's measure. */
export function liveHandles(): number {
  return binding.liveHandles();
}
