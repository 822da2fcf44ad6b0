import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, before, describe, it } from 'node:test';
import type { Model } from '@relent/graph';
import { Generator, liveHandles } from '@relent/torch';
import { type PretendedCuda, pretendCuda } from '@relent/torch/pretend-cuda';
import {
  adam,
  type ComputeOptions,
  calibrateFast,
  evaluate,
  evaluateClasses,
  type FitOptions,
  fit,
  Network,
  reduce,
} from '@relent/train';
import { tinyTeacher } from './reduce/method-suite.js';
import { tinyData } from './tiny-data.js';
import { tinyGraph } from './tiny-graph.js';

const data = { ...tinyData(), augmentation: { padding: 1, fill: 'reflect', flip: true, cutout: 3 } } as const;
const root = mkdtempSync(join(tmpdir(), 'relent-device-'));
after(() => rmSync(root, { recursive: true }));

let pretended: PretendedCuda | null = null;
const start = () => {
  pretended = pretendCuda();
  return pretended;
};
const stop = () => {
  pretended?.stop();
  pretended = null;
};
afterEach(stop);

async function trained(compute: ComputeOptions, more: Partial<FitOptions> = {}) {
  const network = Network.create(tinyGraph(), { generator: new Generator(7), ...compute });
  const { curve } = await fit({ network, data, epochs: 2, batchSize: 32, ...more });
  const model = network.toModel({ name: 'tiny' });
  network.free();
  return { losses: curve.map(({ trainLoss, validationLoss }) => [trainLoss, validationLoss]), model };
}

describe('a device (pretended on the CPU, so that its numbers must be equal bit by bit)', () => {
  it('trains as the CPU does, and goes on with a run that the CPU began', async () => {
    const here = await trained({});
    start();
    assert.deepEqual(await trained({ device: 'cuda' }), here);
    stop();
    const mixed = await trained({}, { mixup: 0.4 });
    start();
    assert.deepEqual(await trained({ device: 'cuda' }, { mixup: 0.4 }), mixed);
    assert.notDeepEqual(mixed, here);
    assert.deepEqual((await trained({ device: 'cuda' }, { optimizer: adam() })).losses.length, 2);
    stop();
    const runFolder = join(root, 'moved');
    const abort = new AbortController();
    const onProgress = ({ phase, epoch }: { phase: string; epoch: number }) => {
      if (phase === 'validate' && epoch === 1) abort.abort(new Error('stop'));
    };
    await assert.rejects(trained({}, { runFolder, onProgress, signal: abort.signal }), /stop/);
    start();
    assert.deepEqual(await trained({ device: 'cuda' }, { runFolder }), here);
  });

  it('does not wait for the device inside an epoch', async () => {
    const { waits: before } = start();
    const waitsWith = async (batchSize: number) => {
      const earlier = pretended!.waits;
      await trained({ device: 'cuda' }, { batchSize, epochs: 1 });
      return pretended!.waits - earlier;
    };
    assert.equal(before, 0);
    assert.equal(await waitsWith(64), await waitsWith(8));
  });

  it('evaluates and calibrates as the CPU does', async () => {
    const { model } = await trained({});
    const numbers = async (compute: ComputeOptions) => {
      const network = Network.fromModel(model, compute);
      const found = [
        await evaluate(network, data, 'test', { batchSize: 7 }),
        await evaluateClasses(network, data, 'test', { batchSize: 7 }),
        [...calibrateFast(model, data, { ...compute, count: 50 })],
      ];
      network.free();
      return found;
    };
    const here = await numbers({});
    start();
    assert.deepEqual(await numbers({ device: 'cuda:0' }), here);
  });
});

/** Every method, with the options that take other ways through its code. */
const cases: readonly (readonly [method: string, options?: Readonly<Record<string, unknown>>])[] = [
  ['full'],
  ['linear'],
  ['share', { rule: 'weighted', affine: true }],
  ['share', { grouping: 'block', rule: 'validated', candidates: 2, candidateImages: 20 }],
  ['deepshare', { images: 32, affine: 'both', layers: 2 }],
  ['knapsack', { images: 16 }],
  ['knapsack', { images: 4, estimate: 'measured' }],
  ['deepreduce', { members: 1 }],
  ['senet', { sample: 32, widths: [0.5] }],
  ['senet', { sample: 32, sensitivity: 'drop', granularity: 'channel', attention: 0 }],
  ['snl'],
  ['autorep', { fitImages: 32 }],
  ['bcd', { blocks: 2, trials: 2, sample: 32 }],
  ['auto', { images: 16, trialImages: 8, rounds: 1 }],
  ['compose', { stages: [{ method: 'knapsack', times: 2, epochs: 0, options: { images: 8 } }, { method: 'senet' }] }],
];

describe('every reduction method', () => {
  let model: Model;
  before(async () => {
    model = await tinyTeacher();
  });
  for (const [method, options = {}] of cases) {
    const budgetComparisons = method === 'full' ? 896 : 224;
    const request = { method, options, data, budgetComparisons, epochs: 3, batchSize: 32, seed: 2 };

    it(`${method} ${JSON.stringify(options)}: keeps to its device, and trains in mixed precision`, async () => {
      const here = await reduce(model, request);
      const { waits } = start();
      const handles = liveHandles();
      const there = await reduce(model, { ...request, compute: { device: 'cuda' } });
      assert.deepEqual(there.model, here.model);
      assert.ok(pretended!.waits > waits);
      const mixed = await reduce(model, { ...request, compute: { device: 'cuda', precision: 'mixed' } });
      assert.ok(liveHandles() <= handles, `${liveHandles()} handles, ${handles} before`);
      assert.ok(mixed.comparisons <= budgetComparisons);
      // Another path through the losses than float32's, but one that learns as well.
      assert.notDeepEqual(mixed.model.weights, here.model.weights);
      for (const [i, { trainLoss }] of mixed.curve.entries())
        assert.ok(
          Math.abs(trainLoss / here.curve[i]!.trainLoss - 1) < 0.15,
          `${trainLoss} ${here.curve[i]!.trainLoss}`,
        );
    });
  }
});

describe('mixed precision', () => {
  it('follows the losses of float32 closely, and keeps weights and answers in float32', async () => {
    const whole = await trained({}, { labelSmoothing: 0.1 });
    const mixed = await trained({ precision: 'mixed' }, { labelSmoothing: 0.1 });
    for (const [epoch, losses] of mixed.losses.entries())
      for (const [i, loss] of losses.entries())
        assert.ok(Math.abs(loss! / whole.losses[epoch]![i]! - 1) < 0.03, `${loss} against ${whole.losses[epoch]![i]}`);
    assert.notDeepEqual(mixed.losses, whole.losses);
    for (const { data: values } of mixed.model.weights.values()) assert.ok(values instanceof Float32Array);
  });

  it('is part of what a run is: it does not go on in another precision', async () => {
    const runFolder = join(root, 'precision');
    await trained({ precision: 'mixed' }, { runFolder, epochs: 1 });
    await assert.rejects(trained({}, { runFolder, epochs: 1 }), /other options/);
  });
});
