import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  buildZoo,
  calibrate,
  decodeBundle,
  encodeBundle,
  GraphBuilder,
  gateCost,
  inferShapes,
  interpretFloat,
  interpretInteger,
  logitsToFloat,
  patchGates,
  quantize,
  quantizeImage,
  ringReduce,
} from '@relent/graph';
import { largestDistance, randomFloats, randomModel, seeded } from './random-model.js';

/** Value of a continuous position between pixel centres; outside them the outermost pixel. */
function between(row: Float32Array, position: number): number {
  const inside = Math.min(Math.max(position, 0), row.length - 1);
  const first = Math.floor(inside);
  return row[first]! + (inside - first) * (row[Math.min(first + 1, row.length - 1)]! - row[first]!);
}

function segmentationNet(scale = 4) {
  const b = new GraphBuilder();
  let x = b.input([3, 16, 12]);
  x = b.relu(b.conv(x, 6, { stride: 4, bias: true, id: 'conv' }), { id: 'relu' });
  return b.finish(b.resize(b.conv(x, 3, { kernel: 1, bias: true, id: 'classifier' }), scale, { id: 'enlarge' }));
}

describe('resize', () => {
  it('places pixel o at (o + 1/2) / scale - 1/2, along both axes', () => {
    const random = seeded(1);
    for (const scale of [2, 4, 8]) {
      const b = new GraphBuilder();
      const graph = b.finish(b.resize(b.input([1, 3, 5]), scale));
      const image = randomFloats(15, random);
      const model = { graph, weights: new Map(), gateMaps: new Map(), info: { name: 'resize' } };
      const expected: number[] = [];
      for (let y = 0; y < 3 * scale; y++)
        for (let x = 0; x < 5 * scale; x++) {
          const at = (o: number) => (o + 0.5) / scale - 0.5;
          const column = Float32Array.from([0, 1, 2], (r) => between(image.subarray(r * 5, r * 5 + 5), at(x)));
          expected.push(between(column, at(y)));
        }
      assert.ok(largestDistance(interpretFloat(model, image), expected) < 1e-6);
    }
  });

  it('needs a feature map and a power of two', () => {
    const b = new GraphBuilder();
    const x = b.input([2, 4, 4], { id: 'x' });
    assert.throws(() => b.resize(x, 3, { id: 'big' }), /"big" expected scale to be a power of two from 2 to 64, got 3/);
    const flat = b.flatten(x);
    assert.throws(() => b.resize(flat, 2), /expected an input \[C, H, W\]/);
  });

  it('is exact in fixed point, survives a bundle, and its shares add up', () => {
    const graph = segmentationNet();
    const model = randomModel(graph, 3, new Map([['relu', patchGates([6, 4, 3], [2, 2])]]));
    const images = Array.from({ length: 8 }, (_, i) => randomFloats(3 * 16 * 12, seeded(i)));
    const integer = quantize(model, calibrate(model, images));
    const again = decodeBundle(encodeBundle(model, integer)).integer!;
    assert.deepEqual(again.graph, integer.graph);
    for (const image of images) {
      const run = interpretInteger(again, quantizeImage(again.graph, image));
      assert.ok(run.withinBounds);
      const output = again.graph.nodes.at(-1)!;
      assert.ok(run.output.every((value) => Math.abs(value) <= output.maxAbs));
      const float = interpretFloat(model, image);
      const scale = float.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
      assert.ok(largestDistance(logitsToFloat(again.graph, run.output), float) < 0.02 * scale);
      // The enlargement itself adds no error: it is the same sum of the classifier's integers.
      const classifier = run.values.get('classifier')!;
      assert.equal(run.output[0], 64 * classifier[0]!);
    }
    const shares = () => Int32Array.from({ length: 72 }, () => 12_345_678);
    const mode = { mode: 'shares', clientShares: () => ringReduce(shares(), 32) } as const;
    assert.equal(interpretInteger(again, quantizeImage(again.graph, images[0]!), mode).output.length, 3 * 16 * 12);
  });
});

describe('deeplab', () => {
  it('answers for every pixel of the image', () => {
    for (const [name, inputShape] of [
      ['deeplab-resnet20', [3, 180, 240]],
      ['deeplab-mobilenetv2', [3, 180, 240]],
      ['deeplab-mobilenetv2', [3, 64, 96]],
    ] as const) {
      const graph = buildZoo(name, { inputShape, classes: 11 });
      assert.deepEqual(inferShapes(graph).get(graph.output), [11, inputShape[1], inputShape[2]]);
    }
    assert.throws(
      () => buildZoo('deeplab-resnet20', { inputShape: [3, 30, 30], classes: 2 }),
      /"inputShape" expected sides that 4 divides, got 30 × 30/,
    );
  });

  it('has the ReLUs of its layers', () => {
    const graph = buildZoo('deeplab-resnet20', { inputShape: [3, 32, 32], classes: 2 });
    // Stem and six sites of 16 × 16², six of 32 × 8², six of 64 × 8², four of the head of 64 × 8².
    const expected = 7 * 16 * 256 + 6 * 32 * 64 + 10 * 64 * 64;
    assert.equal(gateCost(graph).total.comparisons, expected);
  });
});
