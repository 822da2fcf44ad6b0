/**
 * Scopes: every tensor made inside is freed at the end, save the result.
 * @module
 */
import { binding } from './binding.js';
import { Handle, surrender } from './handle.js';
import type { Tensor } from './tensor.js';

/** What may leave a scope alive: tensors, alone or in arrays and plain objects one level deep; and anything else. */
let current: Handle[] | null = null;
const kept = new WeakSet<Handle>();
let doomed = new Float64Array(1024);

/** Called by the constructor of every tensor. */
export function track(tensor: Handle): void {
  current?.push(tensor);
}

/**
 * Runs `body` and frees every tensor that was created meanwhile, even when it throws. Scopes nest. What survives: the
 * result, if it is a tensor, an array or a plain object that holds tensors directly (nothing deeper is looked at), and
 * tensors given to {@link keep}. A surviving result belongs to the enclosing scope.
 * @throws TypeError if `body` returns a promise: what is created after the first `await` would escape.
 */
export function scope<T>(body: () => T): T {
  const outer = current;
  const created: Handle[] = [];
  current = created;
  let result: T | undefined;
  try {
    result = body();
    if (result instanceof Promise)
      throw new TypeError('"body" expected a synchronous function, got one with a promise');
    return result;
  } catch (error) {
    result = undefined;
    throw error;
  } finally {
    current = outer;
    freeAllBut(created, survivors(result), outer);
  }
}

/** Exempts a tensor from the scopes around it: it lives until it is freed explicitly or collected. */
export function keep(tensor: Tensor): Tensor {
  kept.add(tensor);
  return tensor;
}

/** The handles that sit in `value` directly. */
function survivors(value: unknown): readonly unknown[] {
  if (value instanceof Handle) return [value];
  if (Array.isArray(value)) return value;
  if (typeof value !== 'object' || value === null) return [];
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null ? Object.values(value) : [];
}

function freeAllBut(created: readonly Handle[], results: readonly unknown[], outer: Handle[] | null): void {
  const spared = results.length > 4 ? new Set(results) : results;
  const isSpared = spared instanceof Set ? (item: Handle) => spared.has(item) : (item: Handle) => spared.includes(item);
  if (doomed.length < created.length) doomed = new Float64Array(created.length * 2);
  let count = 0;
  for (const handle of created) {
    if (isSpared(handle)) outer?.push(handle);
    else if (!kept.has(handle)) {
      const id = surrender(handle);
      if (id !== 0) doomed[count++] = id;
    }
  }
  if (count > 0) binding.freeAll(doomed, count);
}
