import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type Graph, GraphBuilder, inferShapes, type Node } from '@relent/graph';

function expectRefused(nodes: readonly Node[], message: RegExp, output = nodes.at(-1)?.id ?? ''): void {
  assert.throws(
    () => inferShapes({ nodes, output }),
    (error) => error instanceof RangeError && message.test(error.message),
    String(message),
  );
}

const input: Node = { op: 'input', id: 'input', inputs: [], shape: [4, 8, 6] };

describe('inferShapes', () => {
  it('follows the geometry of every operator', () => {
    const b = new GraphBuilder();
    const x = b.input([4, 9, 8]);
    const conv = b.conv(x, 6, { kernel: [3, 5], stride: [2, 1], dilation: [1, 2], groups: 2 });
    const pooled = b.maxPool(conv, 3, { stride: 2, padding: 1 });
    const both = b.concat([pooled, b.averagePool(conv, [2, 2], { padding: [1, 0] })]);
    const flat = b.flatten(b.globalAveragePool(both));
    const graph: Graph = b.finish(b.linear(b.relu(flat), 7));
    const shapes = inferShapes(graph);
    assert.deepEqual(shapes.get(conv), [6, 5, 8]);
    assert.deepEqual(shapes.get(pooled), [6, 3, 4]);
    assert.deepEqual(shapes.get(both), [12, 3, 4]);
    assert.deepEqual(shapes.get(flat), [12]);
    assert.deepEqual(shapes.get(graph.output), [7]);
  });

  it('names the node that does not fit', () => {
    const b = new GraphBuilder();
    const conv = { ...convNode(b), id: 'c' };
    expectRefused(
      [input, { ...conv, groups: 3 }],
      /"c" expected groups to divide 4 input and 6 output channels, got 3/,
    );
    expectRefused([input, { ...conv, kernel: [9, 9] }], /"c" expected an input of at least 7 pixels a side, got 6/);
    expectRefused([input, { ...conv, stride: [0, 1] }], /"c" expected stride to be an integer of at least 1, got 0/);
    expectRefused([input, { ...conv, inputs: ['d'] }], /"c" expected an input that stands before it, got "d"/);
    expectRefused([input, { ...conv, id: 'input' }], /"input" expected a unique id/);
    expectRefused([conv], /"c" expected the input to be the first node/);
    expectRefused([input, { ...input, id: 'second' }], /"second" expected the input to be the first node/);
    expectRefused([input], /"output" expected the id of a node, got "y"/, 'y');
    const linear: Node = { op: 'linear', id: 'l', inputs: ['input'], outFeatures: 2, bias: true };
    expectRefused([input, linear], /"l" expected an input \[F\], got \[4, 8, 6\]/);
    const add: Node = { op: 'add', id: 's', inputs: ['input', 'c'] };
    expectRefused([input, conv, add], /"s" expected two inputs of one shape, got \[4, 8, 6\] and \[6, 8, 6\]/);
    const pool: Node = { op: 'max-pool', id: 'p', inputs: ['input'], kernel: [2, 2], stride: [2, 2], padding: [2, 0] };
    expectRefused([input, pool], /"p" expected padding of at most half the kernel 2, got 2/);
    expectRefused([{ ...input, shape: [4, 8] } as Node], /"input" expected a shape \[C, H, W\] or \[F\], got \[4, 8\]/);
  });
});

function convNode(b: GraphBuilder) {
  const graph = b.finish(b.conv(b.input([4, 8, 6]), 6));
  return graph.nodes[1] as Extract<Node, { readonly op: 'conv' }>;
}
