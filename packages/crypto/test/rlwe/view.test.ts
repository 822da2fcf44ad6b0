import assert from 'node:assert/strict';
import { test } from 'node:test';
import { correlate, integers, square } from '../linear/geometries.js';

/** Chi-square of the bytes of a message against the uniform distribution, in deviations. */
function skew(bytes: Uint8Array): number {
  const counts = new Float64Array(256);
  for (const byte of bytes) counts[byte]!++;
  const expected = bytes.length / 256;
  const chi = counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
  return Math.abs(chi - 255) / Math.sqrt(510);
}

test('requests do not depend on x, responses not on W, as far as bytes tell', () => {
  const geometry = square(8, 8, 3, 1, 8, 1);
  for (const [x, weight] of [
    [new Int32Array(512), new Int32Array(576)],
    [new Int32Array(512).fill(-1), new Int32Array(576).fill(127)],
    [integers(512, 32, 1), integers(576, 8, 2)],
  ] as const) {
    const { run, plans } = correlate([{ geometry, ringBits: 32, x, weight }], { record: true, seed: 40 });
    const [key, request] = run.transcript.up;
    const [response] = run.transcript.down;
    for (const message of [key!.subarray(0), request!]) assert.ok(skew(message) < 8, `${skew(message)}`);
    // c1 alone: c0 and c1 have fields of other widths, whose upper values the modulus leaves out.
    const [plan] = plans;
    const c1 = response!.subarray(0, 512 * plan!.bits1);
    assert.ok(skew(c1) < 8, `${skew(c1)}`);
  }
});

test('the server’s share is uniform and fresh', () => {
  const geometry = square(8, 8, 3, 1, 8, 1);
  const layer = { geometry, ringBits: 32, x: new Int32Array(512), weight: new Int32Array(576) };
  const first = correlate([layer], { seed: 1 }).run;
  const second = correlate([layer], { seed: 3 }).run;
  assert.notDeepEqual(first.server, second.server);
  assert.ok(skew(new Uint8Array(first.server[0]!.buffer)) < 8);
  // W · x is zero, so the client's share is the negated mask.
  assert.deepEqual(
    first.client[0],
    first.server[0]!.map((mask) => -mask | 0),
  );
});
