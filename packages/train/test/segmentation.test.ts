import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type Graph, GraphBuilder, interpretFloat, type Model } from '@relent/graph';
import { Generator, liveHandles, noGrad, scope, type Tensor, tensor } from '@relent/torch';
import {
  BatchLoader,
  crossEntropyLoss,
  type Dataset,
  distillationLoss,
  drawVariation,
  evaluate,
  evaluateClasses,
  fit,
  IGNORED_LABEL,
  Network,
  PixelAnswers,
  reduce,
  type Split,
  type SplitName,
} from '@relent/train';
import { tinyData } from './tiny-data.js';

/** Images whose left part, of varying width, is bright; its pixels are class 1, the top row has no label. */
function split(name: SplitName, count: number): Split {
  const images = new Uint8Array(count * 3 * 64);
  const labels = new Int32Array(count * 64);
  for (let i = 0; i < count; i++)
    for (let p = 0; p < 64; p++) {
      const bright = p % 8 < 2 + 2 * (i % 3);
      for (let c = 0; c < 3; c++) images[(i * 3 + c) * 64 + p] = (bright ? 190 : 60) + ((i * 7 + p * 3 + c) % 20);
      labels[i * 64 + p] = p < 8 ? IGNORED_LABEL : bright ? 1 : 0;
    }
  return { name, count, images, labels };
}

function data(): Dataset {
  return {
    ...tinyData(),
    name: 'halves',
    classes: ['dark', 'bright'],
    augmentation: { padding: 1, fill: 'mean', flip: true },
    train: split('train', 48),
    validation: split('validation', 12),
    test: split('test', 12),
  };
}

function graph(): Graph {
  const b = new GraphBuilder();
  let x = b.relu(b.batchNorm(b.conv(b.input([3, 8, 8]), 6, { id: 'a' }), { id: 'a.bn' }), { id: 'relu1' });
  x = b.relu(b.batchNorm(b.conv(x, 8, { stride: 2, id: 'c' }), { id: 'c.bn' }), { id: 'relu2' });
  const joined = b.concat([x, b.conv(x, 4, { dilation: 2, id: 'far' })]);
  return b.finish(b.resize(b.conv(joined, 2, { kernel: 1, bias: true, id: 'classifier' }), 2, { id: 'enlarge' }));
}

function distance(model: Model): number {
  const network = Network.fromModel(model);
  const image = Float32Array.from({ length: 192 }, (_, i) => Math.sin(i));
  const output = scope(() => noGrad(() => network.forward(tensor(image, { shape: [1, 3, 8, 8] })).toFloat32()));
  network.free();
  return Math.max(...interpretFloat(model, image).map((value, i) => Math.abs(value - output[i]!)));
}

describe('segmentation', () => {
  it('trains, reduces by share, deepshare and knapsack unchanged, and exports what it computes', async () => {
    using generator = new Generator(2);
    const handles = liveHandles();
    const network = Network.create(graph(), { generator });
    await fit({ network, data: data(), epochs: 8, batchSize: 8 });
    const { accuracy } = await evaluate(network, data(), 'test');
    assert.ok(accuracy > 0.7, `mean intersection over union ${accuracy}`);
    const classes = await evaluateClasses(network, data(), 'test');
    assert.ok(Math.abs(classes.accuracy - accuracy) < 1e-9);
    assert.equal(
      classes.counts.reduce((sum, n) => sum + n, 0),
      12 * 56,
    );
    const model = network.toModel({ name: 'segmenter' });
    network.free();
    for (const method of ['share', 'deepshare', 'knapsack']) {
      const request = { method, data: data(), budgetComparisons: 90, epochs: 2, batchSize: 8 };
      const result = await reduce(model, request);
      assert.ok(result.comparisons <= 90);
      assert.ok(distance(result.model) < 1e-5, method);
    }
    assert.equal(liveHandles(), handles);
  });

  it('moves labels with their pixels, and counts no added pixel', () => {
    const loader = new BatchLoader(data(), data().train);
    using generator = new Generator(4);
    scope(() => {
      const positions = tensor(
        BigInt64Array.from({ length: 48 }, (_, i) => BigInt(i)),
        { shape: [48], dtype: 'int64' },
      );
      const variation = drawVariation(data().augmentation, [8, 8], 48, generator);
      const { images, labels } = loader.pickVaried(positions, variation);
      const pixels = images.contiguous().toFloat32();
      let counted = 0;
      for (const [at, label] of labels.toArray().entries()) {
        if (Number(label) === IGNORED_LABEL) continue;
        counted++;
        const image = Math.floor(at / 64);
        assert.equal(Number(label), pixels[image * 192 + (at % 64)]! > 0 ? 1 : 0);
      }
      assert.ok(counted > 48 * 35 && counted < 48 * 64);
    });
    loader.free();
  });

  it('leaves ignored pixels out of the loss, and takes the mean over pixels', () => {
    scope(() => {
      const logits = tensor(Float32Array.of(0, 5, 0, -5), { shape: [1, 2, 1, 2] });
      const only = (values: number[]) =>
        tensor(BigInt64Array.from(values, BigInt), { shape: [1, 1, 2], dtype: 'int64' }) as Tensor;
      const first = crossEntropyLoss(logits, only([0, IGNORED_LABEL])).item();
      assert.ok(Math.abs(first - Math.log(2)) < 1e-6);
      const teacher = tensor(Float32Array.of(1, 1, -1, -1), { shape: [1, 2, 1, 2] });
      const one = (t: Tensor) => t.narrow(3, 0, 1).reshape([1, 2]);
      const other = (t: Tensor) => t.narrow(3, 1, 1).reshape([1, 2]);
      const mean =
        (distillationLoss(one(logits), one(teacher), 2).item() +
          distillationLoss(other(logits), other(teacher), 2).item()) /
        2;
      assert.ok(Math.abs(distillationLoss(logits, teacher, 2).item() - mean) < 1e-6);
    });
  });

  it('measures intersection over union of each class, over the pixels that have a label', () => {
    scope(() => {
      const answers = [0, 0, 1, 1, 2, 0];
      const labels = [0, 1, 1, 1, 0, IGNORED_LABEL];
      const logits = Float32Array.from({ length: 18 }, (_, i) => (answers[i % 6] === Math.floor(i / 6) ? 1 : 0));
      const pixels = new PixelAnswers(3);
      pixels.add(
        tensor(logits, { shape: [1, 3, 2, 3] }),
        tensor(BigInt64Array.from(labels, BigInt), { shape: [1, 2, 3], dtype: 'int64' }),
      );
      assert.deepEqual(pixels.perClass(), [1 / 3, 2 / 3, 0]);
      assert.equal(pixels.mean(), 0.5);
      assert.deepEqual(pixels.counts, [2, 3, 0]);
    });
  });
});
