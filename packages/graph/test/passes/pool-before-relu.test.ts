import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { GraphBuilder, interpretFloat, layerGates, patchGates, plainGates, poolBeforeRelu } from '@relent/graph';
import { randomModel } from '../random-model.js';

/** Two sites with max pools behind them; the second one's ReLU has a second reader. */
function graph() {
  const b = new GraphBuilder();
  const x = b.maxPool(b.relu(b.conv(b.input([2, 8, 8]), 4, { id: 'conv1' }), { id: 'relu1' }), 2, { id: 'pool1' });
  const y = b.relu(b.conv(x, 4, { id: 'conv2' }), { id: 'relu2' });
  const pooled = b.maxPool(y, 3, { id: 'pool2', stride: 1, padding: 1 });
  return b.finish(b.maxPool(b.relu(b.add(pooled, y, { id: 'add' }), { id: 'relu3' }), 2, { id: 'pool3' }));
}

describe('poolBeforeRelu', () => {
  it('moves ReLUs that only a pool reads, and keeps the answer', () => {
    const model = randomModel(graph(), 1);
    const moved = poolBeforeRelu({ ...model, gateMaps: new Map([['relu1', plainGates([4, 8, 8])]]) });
    assert.deepEqual(
      moved.graph.nodes.map(({ id }) => id),
      ['input', 'conv1', 'pool1', 'relu1', 'conv2', 'relu2', 'pool2', 'add', 'pool3', 'relu3'],
    );
    assert.equal(moved.graph.output, 'relu3');
    assert.equal(moved.gateMaps.size, 0);
    const image = Float32Array.from({ length: 128 }, (_, i) => Math.sin(i));
    assert.deepEqual(interpretFloat(moved, image), interpretFloat(model, image));
  });

  it('leaves sites that share decisions, give them away, or take them', () => {
    const model = randomModel(graph(), 1);
    const patches = new Map([
      ['relu1', patchGates([4, 8, 8], [2, 2])],
      ['relu3', layerGates([4, 4, 4], 'relu2', [0, 1, 2, 3])],
    ]);
    assert.deepEqual(poolBeforeRelu({ ...model, gateMaps: patches }).graph, model.graph);
    const source = new Map([['relu3', layerGates([4, 4, 4], 'relu2', [0, 1, 2, 3])]]);
    assert.equal(poolBeforeRelu({ ...model, gateMaps: source }).graph.nodes[2]?.id, 'pool1');
  });
});
