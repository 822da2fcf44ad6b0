/**
 * Time as a parameter: the neutral core has no platform timers.
 * @module
 */

/** A source of time; the platform supplies it (`nodeClock` in `@relent/protocol/node`). */
export interface Clock {
  /** Milliseconds from an arbitrary origin; never goes back. */
  now(): number;
  /** Calls `run` once after at least `ms` milliseconds; the result cancels it. */
  after(ms: number, run: () => void): () => void;
}

/**
 * Waits for a promise, at most for a given time.
 * @param late - makes the error that is thrown when the time has passed.
 * @throws what `late` makes, or what the promise rejects with.
 */
export function withDeadline<T>(promise: Promise<T>, clock: Clock, ms: number, late: () => Error): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const cancel = clock.after(ms, () => reject(late()));
    promise.then(
      (value) => {
        cancel();
        resolve(value);
      },
      (error: unknown) => {
        cancel();
        reject(error);
      },
    );
  });
}
