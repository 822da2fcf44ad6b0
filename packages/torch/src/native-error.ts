/**
 * Failures inside libtorch, with what was being done.
 * @module
 */

/** libtorch refused or failed: which operator, on which tensors, and its own words. The process goes on. */
export class NativeError extends Error {
  override readonly name = 'NativeError';
  /** The operator or entry point, e.g. `aten::mm`. */
  readonly op: string;

  constructor(op: string, message: string, options?: ErrorOptions) {
    super(`${op}: ${message}`, options);
    this.op = op;
  }
}

/** Turns what the addon threw into a {@link NativeError}; `context` describes the tensors involved. */
export function nativeError(op: string, cause: unknown, context = ''): NativeError {
  const reason = (cause instanceof Error ? cause.message : String(cause)).trim();
  return new NativeError(op, context === '' ? reason : `${reason} (${context})`, { cause });
}

/** Runs a raw entry point; its failure becomes a {@link NativeError} named `op`. Errors of our own checks pass through. */
export function attempt<T>(op: string, body: () => T): T {
  try {
    return body();
  } catch (cause) {
    if (cause instanceof RangeError || cause instanceof TypeError) throw cause;
    throw nativeError(op, cause);
  }
}
