import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { decodeBundle, encodeBundle, gateCost, interpretFloat, type Model } from '@relent/graph';
import { Generator, liveHandles, noGrad, scope, tensor } from '@relent/torch';
import { evaluate, type FitProgress, fit, Network, type ReduceOptions, reduce } from '@relent/train';
import { tinyData } from '../tiny-data.js';
import { tinyGraph } from '../tiny-graph.js';

/** How a method takes part in {@link methodSuite}. */
export interface MethodSuiteOptions {
  /** Options of the method in every test. */
  readonly options?: Readonly<Record<string, unknown>>;
  /** 224 of the tiny graph's 896 comparisons unless given. */
  readonly budgetComparisons?: number;
  /** Whether the outcome needs exactly as many comparisons as the budget allows; at most that many unless given. */
  readonly exact?: boolean;
  /** Epochs that the method is given where accuracy is asked for; 6 unless given. */
  readonly epochs?: number;
  /** Accuracy that it must then reach on the test split; 0.8 unless given, where guessing gives 0.25. */
  readonly accuracy?: number;
  /** Whether `epochs: 0` writes the gate map at once; true unless given. */
  readonly untrained?: boolean;
  /** A budget that the method cannot meet; 1 unless given, `null` if it meets every budget. */
  readonly unmet?: number | null;
}

/** A teacher for the tiny data; the same for every method. */
export async function tinyTeacher(): Promise<Model> {
  const data = tinyData();
  const network = Network.create(tinyGraph(), { generator: new Generator(7) });
  await fit({ network, data, epochs: 6, batchSize: 16 });
  const model = network.toModel({ name: 'teacher', dataset: data.name });
  network.free();
  return model;
}

/** The largest distance between what a model computes as a network and by the graph's interpreter, over some images. */
export function interpreterDistance(model: Model, images = 3): number {
  const network = Network.fromModel(model);
  let largest = 0;
  for (let n = 0; n < images; n++) {
    const image = Float32Array.from({ length: 192 }, (_, i) => Math.sin(i * (n + 1)) + Math.cos(0.1 * i * n));
    const logits = scope(() => noGrad(() => network.forward(tensor(image, { shape: [1, 3, 8, 8] })).toFloat32()));
    for (const [i, v] of interpretFloat(model, image).entries()) largest = Math.max(largest, Math.abs(v - logits[i]!));
  }
  network.free();
  return largest;
}

/** What every reduction method must do, on one tiny task. */
export function methodSuite(method: string, suite: MethodSuiteOptions = {}): void {
  const { budgetComparisons = 224, exact = false, epochs = 6, accuracy = 0.8, untrained = true, unmet = 1 } = suite;
  describe(`reduction method ${method}`, () => {
    const root = mkdtempSync(join(tmpdir(), `relent-${method}-`));
    after(() => rmSync(root, { recursive: true }));
    const data = tinyData();
    let model: Model;
    before(async () => {
      model = await tinyTeacher();
    });
    const request = (more: Partial<ReduceOptions> = {}): ReduceOptions => ({
      method,
      data,
      budgetComparisons,
      epochs: 2,
      batchSize: 32,
      ...(suite.options ? { options: suite.options } : {}),
      ...more,
    });
    const meetsBudget = (result: { readonly model: Model; readonly comparisons: number }) => {
      assert.equal(gateCost(result.model.graph, result.model.gateMaps).total.comparisons, result.comparisons);
      if (exact) assert.equal(result.comparisons, budgetComparisons);
      else assert.ok(result.comparisons <= budgetComparisons, `${result.comparisons} comparisons`);
    };

    it('meets its budget, keeps its accuracy on an easy task and leaks nothing', async () => {
      const handles = liveHandles();
      const result = await reduce(model, request({ epochs, batchSize: 16 }));
      assert.ok(liveHandles() <= handles, `${liveHandles()} handles, ${handles} before`);
      meetsBudget(result);
      const network = Network.fromModel(result.model);
      const reached = await evaluate(network, data, 'test');
      network.free();
      assert.ok(reached.accuracy > accuracy, `accuracy ${reached.accuracy}`);
    });

    it('gives the same model for the same seed and another for another, and exports what the network computes', async () => {
      const first = await reduce(model, request());
      const second = await reduce(model, request());
      assert.deepEqual(second.model, first.model);
      assert.ok(interpreterDistance(first.model) < 1e-5);
      const other = await reduce(model, request({ seed: 5 }));
      assert.notDeepEqual(other.model.weights, first.model.weights);
      assert.deepEqual(decodeBundle(encodeBundle(first.model)).model.gateMaps, first.model.gateMaps);
    });

    it('goes on to the same model wherever it was stopped', async () => {
      const whole = await reduce(model, request({ runFolder: join(root, 'whole') }));
      // Validations are reported once an epoch, while other reports depend on the clock.
      let validations = 0;
      const count = ({ phase }: FitProgress) => void (phase === 'validate' && validations++);
      await reduce(model, request({ runFolder: join(root, 'counted'), onProgress: count }));
      // Stopped before the first checkpoint, in the middle and before the last one, each time in a folder of its own.
      for (const at of new Set([1, Math.ceil(validations / 2), validations])) {
        const abort = new AbortController();
        const stopped = request({ runFolder: join(root, `stopped-${at}`) });
        let seen = 0;
        const onProgress = ({ phase }: FitProgress) => {
          if (phase === 'validate' && ++seen === at) abort.abort(new Error('stop'));
        };
        const handles = liveHandles();
        await assert.rejects(reduce(model, { ...stopped, signal: abort.signal, onProgress }), /stop/);
        assert.ok(liveHandles() <= handles, `${liveHandles()} handles, ${handles} before`);
        const resumed = await reduce(model, stopped);
        assert.deepEqual(resumed.model, whole.model);
      }
    });

    if (untrained)
      it('writes the gate map at once without training', async () => {
        const handles = liveHandles();
        const result = await reduce(model, request({ epochs: 0 }));
        meetsBudget(result);
        assert.deepEqual(result.curve, []);
        assert.ok(interpreterDistance(result.model) < 1e-5);
        assert.ok(liveHandles() <= handles, `${liveHandles()} handles, ${handles} before`);
      });

    it('names a budget or an option that cannot be met', async () => {
      const handles = liveHandles();
      if (unmet !== null)
        await assert.rejects(reduce(model, request({ budgetComparisons: unmet })), {
          name: 'RangeError',
          message: /"budget" expected at least \d+ comparisons/,
        });
      await assert.rejects(reduce(model, request({ options: { ...suite.options, colour: 'red' } })), /got colour/);
      assert.ok(liveHandles() <= handles, `${liveHandles()} handles, ${handles} before`);
    });
  });
}
