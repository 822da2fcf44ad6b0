import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  calibrate,
  type IntegerGates,
  type IntegerNode,
  layerGates,
  quantize,
  verifyIntegerGraph,
  verifyIntegerModel,
} from '@relent/graph';
import { threeSites } from './random-gates.js';
import { randomFloats, randomModel, seeded } from './random-model.js';

const maps = new Map([['site2', layerGates([2, 2, 2], 'site0', [0, 1])]]);
const float = randomModel(threeSites([2, 2, 2], 2, 2), 1, maps);
const model = quantize(float, calibrate(float, [randomFloats(8, seeded(1))]));

function refusesNode(id: string, change: (node: IntegerNode) => object, message: RegExp): void {
  const nodes = model.graph.nodes.map((node) =>
    node.id === id ? ({ ...node, ...change(node) } as IntegerNode) : node,
  );
  assert.throws(
    () => verifyIntegerGraph({ ...model.graph, nodes }),
    (error) => error instanceof RangeError && message.test(error.message),
    String(message),
  );
}

function refusesGates(id: string, change: Partial<IntegerGates>, message: RegExp): void {
  refusesNode(id, (node) => (node.op === 'site' ? { gates: { ...node.gates, ...change } } : {}), message);
}

describe('verifyIntegerGraph', () => {
  it('returns what the quantiser makes', () => {
    assert.equal(verifyIntegerGraph(model.graph), model.graph);
    assert.equal(verifyIntegerModel(model), model);
  });

  it('finds every index that points outside', () => {
    const wrong = Int32Array.of(0, 1, 2, 3, 4, 5, 6, 8);
    refusesGates('site0', { gateOf: wrong }, /"site0" expected gateOf of at least -1 and below 8, got 8/);
    refusesGates('site0', { scoreNeuron: wrong }, /"site0" expected scoreNeuron of at least 0 and below 8, got 8/);
    refusesGates(
      'site0',
      { scoreStart: Int32Array.of(0, 1, 3, 2, 4, 5, 6, 7, 8) },
      /scoreStart to rise, got 3 before 2/,
    );
    refusesGates(
      'site0',
      { scoreStart: Int32Array.of(1, 1, 2, 3, 4, 5, 6, 7, 8) },
      /scoreStart to begin with 0, got 1/,
    );
    refusesGates('site0', { scoreWeight: new Int32Array(7) }, /"site0" expected scoreWeight to have 8 entries, got 7/);
    refusesGates('site0', { a: new Int32Array(1) }, /"site0" expected a to have 2 entries, got 1/);
    refusesGates('site2', { gateOf: wrong }, /"site2" expected gateOf of at least -1 and below 8, got 8/);
    refusesGates('site2', { source: 'site2' }, /"site2" expected an earlier site with gates of its own as source/);
    refusesGates('site2', { source: 'conv1' }, /"site2" expected an earlier site/);
  });

  it('finds a bound of weights that is no power of two or out of range', () => {
    for (const weightNorm of [0, 0.5, 3, -4, 2 ** 47, Number.POSITIVE_INFINITY, Number.NaN])
      refusesNode(
        'conv0',
        () => ({ weightNorm }),
        /"conv0" expected weightNorm to be a power of two of at most \d+, got/,
      );
  });

  it('finds a truncation that leaves no room', () => {
    refusesNode('site0', () => ({ truncationBits: 31 }), /"site0" expected truncationBits of at most 30, got 31/);
  });

  it('finds shapes and inputs that do not fit', () => {
    refusesNode('conv1', () => ({ shape: [2, 2, 3] }), /"conv1" expected \[2, 2, 2\], got \[2, 2, 3\]/);
    refusesNode('conv1', () => ({ inputShape: [2, 2, 3] }), /"conv1" expected as many elements as \[2, 2, 3\]/);
    refusesNode('conv1', () => ({ inputs: ['site1'] }), /"conv1" expected an input that stands before it, got "site1"/);
    refusesNode('site1', () => ({ id: 'conv1' }), /"conv1" expected a unique id/);
    assert.throws(
      () => verifyIntegerGraph({ ...model.graph, output: 'x' }),
      /"output" expected the id of a node, got "x"/,
    );
    assert.throws(() => verifyIntegerModel({ ...model, weights: new Map() }), /"conv0" expected weights, got none/);
  });

  it('holds weights against the public bound of their norm', () => {
    for (const node of model.graph.nodes) {
      if (node.op !== 'conv') continue;
      const { weight, bias } = model.weights.get(node.id)!;
      const row = weight.length / node.conv.outChannels;
      const norms = Array.from(bias, (_, m) => Math.hypot(...weight.subarray(m * row, (m + 1) * row)));
      const norm = Math.max(...norms);
      assert.ok(norm <= node.weightNorm && norm > node.weightNorm / 2, `${norm} of ${node.weightNorm}`);
      const heavier = new Map(model.weights).set(node.id, { weight: weight.map((value) => 2 * value), bias });
      assert.throws(
        () => verifyIntegerModel({ ...model, weights: heavier }),
        new RegExp(`"${node.id}" expected weights with a norm of at most ${node.weightNorm}, got`),
      );
    }
  });
});
