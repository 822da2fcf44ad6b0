import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { blockGates, foldBatchNorm, interpretFloatAll } from '@relent/graph';
import { Generator, liveHandles } from '@relent/torch';
import { calibrateFast, Network } from '@relent/train';
import { tinyData } from './tiny-data.js';
import { tinyGraph } from './tiny-graph.js';

describe('calibrateFast', () => {
  it('finds the largest magnitude of every node, as the interpreter does', () => {
    const data = tinyData(16);
    const network = Network.create(tinyGraph(), {
      generator: new Generator(1),
      gateMaps: new Map([['relu2', blockGates([6, 8, 8], [2, 2], 2)]]),
    });
    const model = network.toModel({ name: 'tiny' });
    network.free();
    const before = liveHandles();
    const ranges = calibrateFast(model, data, { count: 10, batchSize: 4 });
    assert.ok(liveHandles() <= before + 1);
    const expected = new Map<string, number>();
    for (let i = 0; i < 10; i++) {
      const image = Float32Array.from(data.train.images.subarray(i * 192, (i + 1) * 192), (v) => (v / 255 - 0.5) / 0.2);
      for (const [id, values] of interpretFloatAll(foldBatchNorm(model), image))
        expected.set(
          id,
          values.reduce((most, v) => Math.max(most, Math.abs(v)), expected.get(id) ?? 0),
        );
    }
    assert.deepEqual([...ranges.keys()].sort(), [...expected.keys()].sort());
    for (const [id, value] of ranges) assert.ok(Math.abs(value - expected.get(id)!) < 1e-4 * (1 + value), id);
    assert.throws(() => calibrateFast(model, data, { count: 0 }), /"count" expected/);
  });
});
