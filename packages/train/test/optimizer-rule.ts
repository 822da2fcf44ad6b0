import assert from 'node:assert/strict';
import { liveHandles, scope, tensor } from '@relent/torch';
import type { Optimizer } from '@relent/train';

/** Start values of a 2 × 2 matrix and a vector. */
export const start: readonly (readonly number[])[] = [
  [1, -2, 3, 0.5],
  [0.25, -1],
];

const gradientAt = (values: readonly number[], step: number) =>
  values.map((v, i) => v * 0.5 + 0.1 * (i + 1) - 0.05 * step);

/** Runs three updates on a matrix and a vector, by the optimiser and by `rule`, and compares. */
export function compare(
  optimizer: Optimizer,
  rule: (p: number[], g: number[], step: number, tensorIndex: number) => number[],
): void {
  const before = liveHandles();
  const tensors = start.map((v, i) => tensor(v, { shape: i === 0 ? [2, 2] : [2] }).requiresGrad_());
  const list = { names: ['matrix', 'vector'], tensors };
  const state = optimizer.init(list);
  let expected: number[][] = start.map((v) => [...v]);
  for (let step = 0; step < 3; step++) {
    scope(() => {
      const gradients = tensors.map((t) => tensor(gradientAt([...t.toFloat32()], step), { shape: [...t.shape] }));
      optimizer.update(list, gradients, state, 0.1);
    });
    expected = expected.map((p, i) => rule(p, gradientAt(p, step), step, i));
    for (const [i, t] of tensors.entries())
      for (const [k, value] of t.toFloat32().entries()) assert.ok(Math.abs(value - expected[i]![k]!) < 1e-5);
  }
  assert.equal(state.step, 3);
  for (const t of [...tensors, ...[...state.slots.values()].flat()]) t.free();
  assert.equal(liveHandles(), before);
}
