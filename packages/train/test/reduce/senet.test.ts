import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { gateCost, inferShapes } from '@relent/graph';
import { liveHandles } from '@relent/torch';
import { evaluate, Network, type ReduceOptions, reduce } from '@relent/train';
import { narrowGraph } from '../../dist/reduce/narrow-graph.js';
import { tinyData } from '../tiny-data.js';
import { tinyGraph } from '../tiny-graph.js';
import { interpreterDistance, methodSuite, tinyTeacher } from './method-suite.js';

methodSuite('senet', { exact: true, unmet: null });
methodSuite('senet', {
  exact: true,
  unmet: null,
  epochs: 9,
  options: { sensitivity: 'drop', granularity: 'channel', mismatch: 'activation', attention: 0, widths: [0.5] },
});

const data = tinyData();

describe('nested widths (SENet++)', () => {
  const request: ReduceOptions = {
    method: 'senet',
    data,
    budgetComparisons: 300,
    epochs: 12,
    batchSize: 16,
    options: { widths: '0.5' },
  };

  it('gives a narrower network besides, with comparisons, channels and batch norms of its own', async () => {
    const model = await tinyTeacher();
    const handles = liveHandles();
    const { family, model: wide } = await reduce(model, request);
    assert.ok(liveHandles() <= handles, `${liveHandles()} handles live after, ${handles} before`);
    assert.deepEqual(
      family!.map(({ label }) => label),
      ['width 0.5', 'width 1'],
    );
    const [narrow] = family!;
    assert.deepEqual(narrow!.model.graph, narrowGraph(tinyGraph(), 0.5));
    assert.equal(narrow!.comparisons, gateCost(narrow!.model.graph, narrow!.model.gateMaps).total.comparisons);
    assert.ok(narrow!.comparisons < 300);
    assert.deepEqual(
      narrow!.model.weights.get('conv2.weight')!.data.slice(0, 27),
      wide.weights.get('conv2.weight')!.data.slice(0, 27),
    );
    assert.notDeepEqual(
      narrow!.model.weights.get('conv2.bn.mean')!.data,
      wide.weights.get('conv2.bn.mean')!.data.slice(0, 3),
    );
    assert.ok(interpreterDistance(narrow!.model) < 1e-5);
    const network = Network.fromModel(narrow!.model);
    const { accuracy } = await evaluate(network, data, 'test');
    network.free();
    assert.ok(accuracy > 0.6, `accuracy ${accuracy}`);
  });

  it('says what cannot be narrowed', async () => {
    const model = await tinyTeacher();
    await assert.rejects(reduce(model, { ...request, options: { widths: 2 } }), /widths/);
    const masked = await reduce(model, { method: 'linear', data, budgetComparisons: 300, epochs: 0 });
    await assert.rejects(reduce(masked.model, request), /"widths" expected a model of plain ReLUs/);
    assert.deepEqual(inferShapes(narrowGraph(tinyGraph(), 0.01)).get('relu3'), [1, 4, 4]);
    assert.throws(() => narrowGraph(tinyGraph(), 0), /"widths" expected fractions in \(0, 1\], got 0/);
  });
});

describe('senet with a teacher of another shape', () => {
  it('compares activations with the model itself', async () => {
    const model = await tinyTeacher();
    const small = Network.create(narrowGraph(tinyGraph(), 0.5));
    const teacher = small.toModel({ name: 'small' });
    small.free();
    const handles = liveHandles();
    const options = { method: 'senet', data, budgetComparisons: 224, epochs: 2, batchSize: 32 };
    const result = await reduce(model, { ...options, teacher });
    assert.deepEqual(result.model, (await reduce(model, options)).model);
    assert.equal(liveHandles(), handles);
  });
});
