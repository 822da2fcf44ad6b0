import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { dropIdentity, GraphBuilder, interpretFloat } from '@relent/graph';
import { randomModel } from '../random-model.js';

describe('dropIdentity', () => {
  it('removes what does nothing and keeps the answer', () => {
    const b = new GraphBuilder();
    let x = b.input([2, 2, 2]);
    x = b.maxPool(b.averagePool(b.concat([x]), 1), 1);
    x = b.globalAveragePool(b.globalAveragePool(x, { id: 'mean' }));
    const model = randomModel(b.finish(b.flatten(b.flatten(x, { id: 'flat' }))), 1);
    const dropped = dropIdentity(model);
    assert.deepEqual(
      dropped.graph.nodes.map(({ id }) => id),
      ['input', 'mean', 'flat'],
    );
    const image = Float32Array.from({ length: 8 }, (_, i) => i);
    assert.deepEqual(interpretFloat(dropped, image), interpretFloat(model, image));
  });

  it('keeps a pool of one pixel that skips some', () => {
    const b = new GraphBuilder();
    const model = randomModel(b.finish(b.averagePool(b.input([1, 4, 4]), 1, { stride: 2 })), 1);
    assert.equal(dropIdentity(model).graph.nodes.length, 2);
  });
});
