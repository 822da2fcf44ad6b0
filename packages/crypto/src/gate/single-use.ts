/**
 * Correlated randomness that can be used once.
 * @module
 */
import { ProtocolError } from '../errors.js';

/** Holds a secret value until it is taken; prints nothing of it. */
export class SingleUse<T> {
  #value: T | null;

  constructor(
    value: T,
    readonly step: string,
  ) {
    this.#value = value;
  }

  /**
   * The value; this object forgets it.
   * @throws ProtocolError `reused` on every call but the first.
   */
  take(): T {
    const value = this.#value;
    if (value === null)
      throw new ProtocolError('reused', this.step, '"correlation" expected a fresh one, got a used one');
    this.#value = null;
    return value;
  }

  /** Only whether it is still there. */
  toString(): string {
    return `SingleUse(${this.step}, ${this.#value === null ? 'used' : 'fresh'})`;
  }
}
