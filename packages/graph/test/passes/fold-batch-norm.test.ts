import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { buildZoo, foldBatchNorm, GraphBuilder, interpretFloat, type Model, sizeOf, verify } from '@relent/graph';
import { largestDistance, randomFloats, randomModel, seeded } from '../random-model.js';

function expectSameOutput(model: Model, folded: Model): void {
  const [first] = model.graph.nodes;
  assert.ok(first?.op === 'input');
  for (const seed of [1, 2]) {
    const image = randomFloats(sizeOf(first.shape), seeded(seed));
    const before = interpretFloat(model, image);
    const scale = Math.max(1, ...before.map(Math.abs));
    assert.ok(largestDistance(before, interpretFloat(folded, image)) < 1e-4 * scale);
  }
}

describe('foldBatchNorm', () => {
  it('leaves no batch norm and the same outputs, in post- and pre-activation networks', () => {
    for (const name of ['resnet8', 'resnet18', 'wrn-22-8', 'vgg16-bn']) {
      const width = 1 / 32;
      const model = randomModel(buildZoo(name, { inputShape: [3, 32, 32], classes: 5, width }), 7);
      const folded = verify(foldBatchNorm(verify(model)));
      assert.ok(
        folded.graph.nodes.every(({ op }) => op !== 'batch-norm'),
        name,
      );
      expectSameOutput(model, folded);
    }
  });

  it('does not touch a layer that somebody else reads', () => {
    const b = new GraphBuilder();
    const conv = b.conv(b.input([2, 3, 3]), 2, { id: 'c' });
    const model = randomModel(b.finish(b.add(conv, b.batchNorm(conv, { id: 'n' }))), 3);
    const folded = verify(foldBatchNorm(model));
    assert.deepEqual(folded.weights.get('c.weight'), model.weights.get('c.weight'));
    const node = folded.graph.nodes.find(({ id }) => id === 'n');
    assert.ok(node?.op === 'conv' && node.groups === 2);
    expectSameOutput(model, folded);
  });

  it('counts the answer of the graph as a reader, and follows an output that disappears', () => {
    const b = new GraphBuilder();
    const conv = b.conv(b.input([2, 3, 3]), 2, { id: 'c' });
    b.batchNorm(conv, { id: 'n' });
    const answerIsConv = randomModel(b.finish('c'), 4);
    expectSameOutput(answerIsConv, foldBatchNorm(answerIsConv));
    const answerIsNorm = randomModel(b.finish('n'), 4);
    assert.equal(foldBatchNorm(answerIsNorm).graph.output, 'c');
    expectSameOutput(answerIsNorm, foldBatchNorm(answerIsNorm));
  });

  it('folds into a linear layer, and keeps a vector batch norm without one', () => {
    const b = new GraphBuilder();
    const first = b.batchNorm(b.input([4]), { id: 'n1' });
    const model = randomModel(b.finish(b.batchNorm(b.linear(first, 3), { id: 'n2' })), 5);
    const folded = verify(foldBatchNorm(model));
    assert.deepEqual(
      folded.graph.nodes.map(({ op }) => op),
      ['input', 'batch-norm', 'linear'],
    );
    expectSameOutput(model, folded);
  });
});
