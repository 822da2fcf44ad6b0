/**
 * Differentiation beyond the methods of `Tensor`.
 * @module
 */
import { binding } from './binding.js';
import { wrapTensor } from './dispatch.js';
import { idOf } from './handle.js';
import { attempt } from './native-error.js';
import { Tensor } from './tensor.js';

/** Runs `body` without recording operators. Nests; restores the previous state even when `body` throws. */
export function noGrad<T>(body: () => T): T {
  return withGrad(false, body);
}

/** Runs `body` with recording, inside a {@link noGrad} too. */
export function enableGrad<T>(body: () => T): T {
  return withGrad(true, body);
}

function withGrad<T>(enabled: boolean, body: () => T): T {
  const previous = binding.setGradEnabled(enabled);
  try {
    const result = body();
    if (result instanceof Promise)
      throw new TypeError('"body" expected a synchronous function, got one with a promise');
    return result;
  } finally {
    binding.setGradEnabled(previous);
  }
}

/**
 * Adds the gradient of one or several outputs to the `grad` of every leaf that they depend on.
 * @param gradients - The gradient above each output; null (the default) for outputs of one element.
 */
export function backward(
  outputs: Tensor | readonly Tensor[],
  gradients: readonly (Tensor | null)[] | null = null,
  { retainGraph = false, createGraph = false }: { retainGraph?: boolean; createGraph?: boolean } = {},
): void {
  const list: readonly Tensor[] = outputs instanceof Tensor ? [outputs] : outputs;
  const above = aboveOf(list, gradients);
  attempt('backward', () => binding.backward(list.map(idOf), above, retainGraph || createGraph, createGraph));
}

/**
 * The gradients of the outputs with respect to the inputs; no `grad` is touched.
 * @param options.createGraph - Record the computation, to differentiate again.
 * @returns One tensor per input, in order.
 * @throws NativeError if an output does not depend on an input.
 */
export function grad(
  outputs: Tensor | readonly Tensor[],
  inputs: readonly Tensor[],
  options: {
    gradients?: readonly (Tensor | null)[] | null;
    retainGraph?: boolean;
    createGraph?: boolean;
  } = {},
): Tensor[] {
  const list: readonly Tensor[] = outputs instanceof Tensor ? [outputs] : outputs;
  const { gradients = null, createGraph = false, retainGraph = false } = options;
  const above = aboveOf(list, gradients);
  const ids = attempt('grad', () =>
    binding.gradients(list.map(idOf), inputs.map(idOf), above, retainGraph || createGraph, createGraph, false),
  );
  return ids.map((id) => wrapTensor(id!));
}

/** The accumulated gradients of many tensors in one call, null where there is none. */
export function gradients(tensors: readonly Tensor[]): (Tensor | null)[] {
  const ids = attempt('gradients', () => binding.gradsOf(tensors.map(idOf)));
  return ids.map((id) => (id === null ? null : wrapTensor(id)));
}

/** Drops the accumulated gradients, so that the next `backward` starts afresh. */
export function zeroGrad(tensors: readonly Tensor[]): void {
  attempt('zeroGrad', () => binding.clearGrads(tensors.map(idOf)));
}

function aboveOf(outputs: readonly Tensor[], gradients: readonly (Tensor | null)[] | null): (number | null)[] {
  if (gradients && gradients.length !== outputs.length)
    throw new RangeError(`"gradients" expected one per output (${outputs.length}), got ${gradients.length}`);
  return outputs.map((_, i) => {
    const gradient = gradients?.[i];
    return gradient ? idOf(gradient) : null;
  });
}
