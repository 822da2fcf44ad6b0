import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { buildZoo, type Graph, GraphBuilder, gateCost } from '@relent/graph';
import { Generator } from '@relent/torch';
import { Network } from '@relent/train';
import { reshapedModel, reshapeGraph } from '../../dist/reduce/reshape.js';

const graph = buildZoo('resnet20', { inputShape: [3, 32, 32], classes: 10 });

describe('reshapeGraph', () => {
  it('scales comparisons by α and by ρ²', () => {
    const whole = gateCost(graph).total.comparisons;
    const count = (channels: number, resolution: number) =>
      gateCost(reshapeGraph(graph, { channels, resolution }) as Graph).total.comparisons;
    assert.equal(count(1, 1), whole);
    assert.equal(count(0.5, 1), whole / 2);
    assert.equal(count(1, 0.5), whole / 4);
    assert.equal(count(0.5, 0.5), whole / 8);
  });

  it('keeps convolutions of single channels as they are', () => {
    const b = new GraphBuilder();
    const x = b.conv(b.input([3, 8, 8]), 8);
    const depthwise = b.finish(b.relu(b.conv(x, 8, { groups: 8, id: 'depthwise' })));
    const halved = reshapeGraph(depthwise, { channels: 0.5, resolution: 1 }) as Graph;
    const conv = halved.nodes.find(({ id }) => id === 'depthwise');
    assert.ok(conv?.op === 'conv' && conv.groups === 4 && conv.outChannels === 4);
  });

  it('says why a graph cannot be reshaped', () => {
    const b = new GraphBuilder();
    const small = b.finish(b.averagePool(b.conv(b.input([3, 8, 8]), 4), 8));
    const outcome = reshapeGraph(small, { channels: 1, resolution: 0.5 });
    assert.ok('reason' in outcome && outcome.reason.length > 0);
  });
});

describe('reshapedModel', () => {
  it('takes over the weights that fit', () => {
    const network = Network.create(graph, { generator: new Generator(1) });
    const model = network.toModel({ name: 'teacher' });
    network.free();
    const lower = reshapedModel(model, reshapeGraph(graph, { channels: 1, resolution: 0.5 }) as Graph, 5);
    assert.deepEqual(lower.weights, model.weights);
    const narrow = reshapedModel(model, reshapeGraph(graph, { channels: 0.5, resolution: 1 }) as Graph, 5);
    assert.deepEqual(narrow.weights.get('stem.conv.weight')!.shape, [8, 3, 3, 3]);
    assert.deepEqual(narrow.weights.get('fc.bias'), model.weights.get('fc.bias'));
  });
});
