import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { channelGates, GraphBuilder, gateCost, interpretFloat } from '@relent/graph';
import { scope, tensor } from '@relent/torch';
import { reduce, transitionalGate } from '@relent/train';
import { tinyData } from '../tiny-data.js';
import { interpreterDistance, methodSuite, tinyTeacher } from './method-suite.js';

methodSuite('deepshare');

describe('deepshare', () => {
  const data = tinyData();
  const request = { method: 'deepshare', data, budgetComparisons: 224, epochs: 1, batchSize: 64 };

  it('reads every assignment, affine form and reach, and exports what the network computes', async () => {
    const model = await tinyTeacher();
    for (const assignment of ['correlation', 'contiguous', 'strided'])
      for (const affine of ['value', 'score', 'both', 'none'])
        for (const layers of [1, 2]) {
          const result = await reduce(model, { ...request, options: { assignment, affine, layers } });
          assert.ok(result.comparisons <= 224);
          assert.ok(interpreterDistance(result.model, 1) < 1e-5, `${assignment} ${affine} ${layers}`);
          const foreign = [...result.model.gateMaps.values()].filter(({ source }) => source !== null).length;
          assert.equal(foreign, layers - 1);
          const trained = [...result.model.gateMaps.values()].some(
            ({ a, b }) => a.some((v) => v !== 1) || b.some((v) => v !== 0),
          );
          assert.equal(trained, affine === 'value' || affine === 'both');
        }
  });

  it('reaches below one prototype a pixel with patches, and further across layers', async () => {
    const model = await tinyTeacher();
    const least = await reduce(model, { ...request, budgetComparisons: 3, epochs: 0 });
    assert.equal(least.comparisons, 3);
    const across = await reduce(model, { ...request, budgetComparisons: 2, epochs: 0, options: { layers: 2 } });
    assert.equal(across.comparisons, 2);
    await assert.rejects(reduce(model, { ...request, budgetComparisons: 100, options: { patch: 1 } }), {
      name: 'RangeError',
      message: /"budget" expected at least 144 comparisons, which one prototype for each site needs, got 100/,
    });
  });

  it('keeps the patches of an earlier reduction, and shares them among channels', async () => {
    const model = await tinyTeacher();
    const patched = await reduce(model, { ...request, method: 'share', epochs: 0 });
    const sides = (of: typeof patched) =>
      [...of.model.gateMaps].map(([site, map]) => [site, [...new Set(map.patchHeight)], [...new Set(map.patchWidth)]]);
    const both = await reduce(patched.model, { ...request, budgetComparisons: 100, epochs: 0 });
    assert.deepEqual(sides(both), sides(patched));
    assert.ok(both.comparisons <= 100 && both.comparisons > 60, `${both.comparisons} comparisons`);
    assert.ok([...both.model.gateMaps.values()].some((map) => new Set(map.channelGroup).size < map.shape[0]));
    const afresh = await reduce(patched.model, { ...request, epochs: 0, options: { patch: 1 } });
    assert.ok([...afresh.model.gateMaps.values()].every(({ patchHeight }) => patchHeight.every((side) => side === 1)));
  });

  it('goes from GELU to ReLU', () => {
    const gateAt = transitionalGate({ transition: 0.5, sharpness: 16, affine: 'value' });
    const at = (fraction: number) => scope(() => gateAt(fraction)(tensor([-1, 0, 1])).toFloat32());
    // Φ(1) and Φ(4), from tables of the normal distribution.
    assert.ok(Math.abs(at(0)[2]! - 0.8413447) < 1e-6);
    assert.ok(Math.abs(at(0.25)[2]! - 0.9999683) < 1e-6);
    assert.deepEqual([...at(0.5)], [0, 0, 1]);
    const straight = transitionalGate({ transition: 0.5, sharpness: 16, affine: 'score' });
    assert.deepEqual([...scope(() => straight(1)(tensor([-1, 0, 1])).toFloat32())], [0, 0, 1]);
  });

  it('solves XOR with one shared decision', () => {
    // p = x1 + x2 - 1/2 decides for q = 2 - x1 - x2: the output q · [p > 0] is 0, 1, 1, 0.
    const b = new GraphBuilder();
    const hidden = b.conv(b.input([2, 1, 1]), 2, { kernel: 1, bias: true, id: 'hidden' });
    const graph = b.finish(b.linear(b.flatten(b.relu(hidden, { id: 'site' })), 1, { id: 'out' }));
    const map = channelGates([2, 1, 1], { group: [0, 0], prototypes: 'first' });
    const weight = (shape: number[], data: number[]) => ({ shape, data: Float32Array.from(data) });
    const weights = new Map([
      ['hidden.weight', weight([2, 2, 1, 1], [1, 1, -1, -1])],
      ['hidden.bias', weight([2], [-0.5, 2])],
      ['out.weight', weight([1, 2], [0, 1])],
      ['out.bias', weight([1], [0])],
    ]);
    const model = { graph, weights, gateMaps: new Map([['site', map]]), info: { name: 'xor' } };
    const outputs = [
      [0, 0],
      [0, 1],
      [1, 0],
      [1, 1],
    ].map((x) => interpretFloat(model, Float32Array.from(x))[0]);
    assert.deepEqual(outputs, [0, 1, 1, 0]);
    assert.equal(gateCost(graph, model.gateMaps).total.comparisons, 1);
  });
});
