import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { GraphBuilder } from '@relent/graph';

describe('GraphBuilder', () => {
  it('numbers nodes without an id per operator and keeps given ids', () => {
    const b = new GraphBuilder();
    const x = b.input([1, 4, 4]);
    assert.deepEqual(
      [x, b.conv(x, 2), b.conv(x, 2, { id: 'mine' }), b.conv(x, 2), b.relu(x)],
      ['input', 'conv1', 'mine', 'conv3', 'relu1'],
    );
  });

  it('pads convolutions so that stride 1 keeps the size, and has no bias, unless told otherwise', () => {
    const b = new GraphBuilder();
    const x = b.input([3, 7, 5]);
    for (const [kernel, dilation] of [
      [1, 1],
      [3, 1],
      [3, 2],
      [5, 1],
    ] as const)
      assert.deepEqual(b.shapeOf(b.conv(x, 2, { kernel, dilation })), [2, 7, 5]);
    const node = b.finish('conv1').nodes[1]!;
    assert.ok(node.op === 'conv' && !node.bias);
  });

  it('refuses at the call that is wrong', () => {
    const b = new GraphBuilder();
    assert.throws(() => b.relu('x'), /RangeError: "relu1" expected an input that stands before it, got "x"/);
    const x = b.input([3, 4, 4]);
    assert.throws(() => b.input([3, 4, 4]), /"input" expected to be the first node/);
    assert.throws(() => b.relu(x, { id: x }), /"id" expected one that is not taken, got "input"/);
    assert.throws(() => b.linear(x, 10), /"linear1" expected an input \[F\]/);
    assert.throws(() => b.finish('y'), /"id" expected a node that has been built, got "y"/);
  });
});
