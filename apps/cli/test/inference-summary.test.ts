import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { InferredImage } from '../dist/commands/infer.js';
import { summarise } from '../dist/inference-summary.js';

const phase = (bytesUp: number) => ({ bytesUp, bytesDown: 10, rounds: 2, ms: 1 });
const image = (prediction: number, label: number, exact: boolean, floorDistance: number): InferredImage => ({
  image: 'x',
  prediction,
  label,
  logits: [],
  offline: phase(100),
  online: phase(label),
  check: { exact, floorDistance, floorBound: 5, floorPrediction: 1 },
});

test('counts what is right, exact and within the bound, and averages the traffic', () => {
  const summary = summarise([image(1, 1, true, 2), image(2, 1, false, 0), image(3, 3, true, 6)]);
  assert.equal(summary.right, 2);
  assert.equal(summary.floorRight, 2);
  assert.equal(summary.checked, 3);
  assert.equal(summary.exact, 1);
  assert.equal(summary.floorDistance, 6);
  assert.equal(summary.offline.bytesUp, 100);
  assert.equal(summary.online.bytesUp, 5 / 3);
});

test('without labels and checks nothing is counted', () => {
  const { label, check, ...plain } = image(1, 1, true, 0);
  const summary = summarise([plain]);
  assert.deepEqual([summary.images, summary.known, summary.floorRight, summary.checked], [1, 0, null, 0]);
  assert.ok(label === 1 && check !== undefined);
});
