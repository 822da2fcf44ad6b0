import assert from 'node:assert/strict';
import { test } from 'node:test';
import { calibrate, interpretFloatAll } from '@relent/graph';
import { randomModel, seeded } from '../random-model.js';
import { residualNet } from './nets.js';
import { randomImages } from './random-integers.js';

test('ranges are the largest magnitudes of every node over all images', () => {
  const model = randomModel(residualNet(), 51);
  const images = randomImages(model.graph, seeded(52), 3);
  const ranges = calibrate(model, images);
  assert.deepEqual(
    [...ranges.keys()],
    model.graph.nodes.map((node) => node.id),
  );
  const runs = images.map((image) => interpretFloatAll(model, image));
  for (const [id, range] of ranges)
    assert.equal(range, Math.max(...runs.flatMap((values) => [...values.get(id)!].map(Math.abs))));
});

test('no images, and values that are not finite, are refused', () => {
  const model = randomModel(residualNet(), 53);
  assert.throws(() => calibrate(model, []), /"images" expected at least one image, got none/);
  const [image] = randomImages(model.graph, seeded(54), 1);
  image![7] = Number.NaN;
  assert.throws(() => calibrate(model, [image!]), /node "input" expected finite values, got NaN/);
});
