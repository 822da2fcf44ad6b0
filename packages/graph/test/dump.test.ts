import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { dumpGraph, GraphBuilder, layerGates } from '@relent/graph';

describe('dumpGraph', () => {
  it('prints one line a node, with attributes, costs and sources', () => {
    const b = new GraphBuilder();
    const first = b.relu(b.input([2, 4, 4]), { id: 'first' });
    const second = b.relu(b.conv(first, 2, { id: 'c' }), { id: 'second' });
    const maps = new Map([['second', layerGates([2, 4, 4], 'first', [0, 0])]]);
    assert.equal(
      dumpGraph(b.finish(b.globalAveragePool(second, { id: 'mean' })), maps),
      `input = input() [2, 4, 4]
first = relu(input) [2, 4, 4] comparisons=32 linear=0 polynomial=0
c = conv(first) [2, 4, 4] bias=false dilation=1x1 groups=1 kernel=3x3 outChannels=2 padding=1x1 stride=1x1
second = relu(c) [2, 4, 4] comparisons=0 linear=0 polynomial=0 source=first
mean = global-average-pool(second) [2, 1, 1]
output mean
`,
    );
  });
});
