import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { linearGates, type Model } from '@relent/graph';
import { liveHandles, noGrad, scope } from '@relent/torch';
import { BatchLoader, evaluate, Network } from '@relent/train';
import { MismatchMeter } from '../../dist/reduce/activation-mismatch.js';
import { GateUnits } from '../../dist/reduce/gate-units.js';
import { MaskedSites } from '../../dist/reduce/masked-sites.js';
import { sampleSplit } from '../../dist/reduce/sample-split.js';
import { linearisationDrops, SparseTraining } from '../../dist/reduce/sensitivity.js';
import { tinyData } from '../tiny-data.js';
import { tinyTeacher } from './method-suite.js';

const data = tinyData();
let model: Model;
before(async () => {
  model = await tinyTeacher();
});

describe('linearisationDrops', () => {
  it('is the accuracy lost when one site becomes linear', async () => {
    const handles = liveHandles();
    const network = Network.fromModel(model);
    const units = new GateUnits(model.graph, new Map());
    const context = { model, data, budgetComparisons: 1, epochs: 0, batchSize: 32, seed: 0, runFolder: null };
    const drops = await linearisationDrops(network, units, context, data.validation);
    const whole = (await evaluate(network, data, 'validation')).accuracy;
    const shapes = { relu1: [6, 8, 8], relu2: [6, 8, 8], relu3: [8, 4, 4] } as const;
    for (const [site, shape] of Object.entries(shapes)) {
      const without = Network.fromModel(model, { gateMaps: new Map([[site, linearGates(shape)]]) });
      const { accuracy } = await evaluate(without, data, 'validation');
      assert.ok(Math.abs(drops.get(site)! - Math.max(whole - accuracy, 0.5 / 40)) < 1e-9, site);
      without.free();
    }
    network.free();
    assert.equal(liveHandles(), handles);
  });
});

describe('SparseTraining', () => {
  it('keeps the largest weights of all layers, and finds sites sensitive whose layers were pruned', () => {
    const handles = liveHandles();
    const network = Network.fromModel(model);
    noGrad(() => network.parameters.get('conv3.weight')!.mul_(100));
    const sparse = new SparseTraining(network, 0.5);
    const units = new GateUnits(model.graph, new Map());
    sparse.extension.afterStep!(8, 8);
    const convolutions = ['stem', 'conv2', 'conv3'].map((id) => network.parameters.get(`${id}.weight`)!.toFloat32());
    const kept = convolutions.map((weights) => weights.filter((w) => w !== 0).length);
    const all = convolutions.map((weights) => weights.length);
    const sum = (list: number[]) => list.reduce((a, b) => a + b, 0);
    assert.equal(sum(kept), Math.round(0.5 * sum(all)));
    const eta = sparse.sensitivities(units);
    assert.ok(eta.get('relu3')! < 0.1);
    // The shortcut of relu2 starts at a site, so conv2 alone weighs what it sums.
    assert.ok(Math.abs(eta.get('relu2')! - (1 - kept[1]! / all[1]!)) < 1e-9);
    assert.ok(eta.get('relu1')! > 0.2);
    sparse.free();
    network.free();
    assert.equal(liveHandles(), handles);
  });
});

describe('MismatchMeter', () => {
  it('sums over images how far each unit is from being linear', async () => {
    const handles = liveHandles();
    const network = Network.fromModel(model);
    const units = new GateUnits(model.graph, new Map());
    const sites = new MaskedSites(units, 'cpu');
    const meter = new MismatchMeter(model.graph, units, sites, 'linear', 'cpu');
    await meter.measure(network, data, data.validation);
    const expected = new Float64Array(384);
    const loader = new BatchLoader(data, data.validation);
    noGrad(() =>
      scope(() => {
        const observe = (id: string, value: { toFloat32(): Float32Array }) => {
          if (id !== 'stem.bn') return;
          for (const [i, x] of value.toFloat32().entries()) expected[i % 384]! += Math.max(0, -x);
        };
        network.forward(loader.slice(0, 40).images, { observe });
      }),
    );
    const scores = meter.take().get('relu1')!;
    for (let i = 0; i < 384; i++) assert.ok(Math.abs(scores[i]! - expected[i]!) < 1e-3 * (1 + expected[i]!), `${i}`);
    assert.ok(Array.from(meter.take().get('relu1')!).every((score) => score === 0));
    loader.free();
    meter.free();
    sites.free();
    network.free();
    assert.equal(liveHandles(), handles);
  });
});

describe('sampleSplit', () => {
  it('draws different images by the seed, the same for the same seed', () => {
    const labels = (seed: number) => sampleSplit(data, 'train', 20, seed).images;
    assert.deepEqual(labels(1), labels(1));
    assert.notDeepEqual(labels(1), labels(2));
    assert.equal(sampleSplit(data, 'train', 999, 1), data.train);
  });
});
