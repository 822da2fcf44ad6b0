import assert from 'node:assert/strict';
import { grad, scope, type Tensor, tensor } from '@relent/torch';

/** Two rows of three logits. */
export const logits: readonly number[] = [1, -0.5, 2, 0.3, 0.2, -1];

/** The two rows of six values. */
export const rows = (values: readonly number[]) => [values.slice(0, 3), values.slice(3)];

/** The distribution of one row of logits. */
export const softmax = (row: readonly number[]) => {
  const sum = row.reduce((s, v) => s + Math.exp(v), 0);
  return row.map((v) => Math.exp(v) / sum);
};

/** Six values as a [2, 3] tensor in double precision. */
export const make = (values: readonly number[]) => tensor(values as number[], { dtype: 'float64' }).reshape([2, 3]);

/** Checks the gradient of a loss of the logits against central differences in double precision. */
export function checkGradient(loss: (x: Tensor) => Tensor): void {
  scope(() => {
    const x = make(logits).requiresGrad_();
    const gradient = grad(loss(x), [x])[0]!.toNumbers();
    for (const [i, value] of logits.entries()) {
      const moved = (by: number) => loss(make(logits.map((v, k) => (k === i ? value + by : v)))).item();
      assert.ok(Math.abs((moved(1e-5) - moved(-1e-5)) / 2e-5 - gradient[i]!) < 1e-8);
    }
  });
}
