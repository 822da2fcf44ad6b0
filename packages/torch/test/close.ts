import assert from 'node:assert/strict';

/** Asserts that two lists agree within `tolerance`, element by element. */
export function close(actual: readonly number[], expected: readonly number[], tolerance: number): void {
  assert.equal(actual.length, expected.length);
  for (const [i, value] of actual.entries()) {
    const difference = Math.abs(value - expected[i]!);
    assert.ok(difference <= tolerance, `element ${i}: expected ${expected[i]}, got ${value}`);
  }
}
