import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { buildZoo, type FloatTensor, type Model, plainGates, verify, weightShapes } from '@relent/graph';
import { randomModel } from '../random-model.js';

const model = randomModel(buildZoo('resnet8', { inputShape: [3, 8, 8], classes: 2, width: 0.25 }), 1);

function withWeight(name: string, tensor: FloatTensor | null): Model {
  const weights = new Map(model.weights);
  if (tensor) weights.set(name, tensor);
  else weights.delete(name);
  return { ...model, weights };
}

function refuses(wrong: Model, message: RegExp): void {
  assert.throws(
    () => verify(wrong),
    (error) => error instanceof RangeError && message.test(error.message),
    String(message),
  );
}

describe('verify', () => {
  it('returns a sound model', () => {
    assert.equal(verify(model), model);
    assert.deepEqual(weightShapes(model.graph).get('stem.conv.weight'), [4, 3, 3, 3]);
  });

  it('names what is wrong', () => {
    const data = (length: number, value = 1) => new Float32Array(length).fill(value);
    refuses(withWeight('fc.bias', null), /"fc.bias" expected a weight \[2\], got none/);
    refuses(withWeight('fc.bias', { shape: [3], data: data(3) }), /"fc.bias" expected \[2\], got \[3\]/);
    refuses(withWeight('fc.bias', { shape: [2], data: data(3) }), /"fc.bias" expected 2 values, got 3/);
    refuses(withWeight('fc.bias', { shape: [2], data: data(2, Number.NaN) }), /"fc.bias" expected finite .* got NaN/);
    refuses(withWeight('stem.bn.variance', { shape: [4], data: data(4, -1) }), /"stem.bn.variance" expected .* got -1/);
    refuses(withWeight('other', { shape: [1], data: data(1) }), /"weights" expected those .* got "other" besides/);
    refuses({ ...model, gateMaps: new Map([['x', plainGates([1, 1, 1])]]) }, /"x" expected a site/);
    const renamed = model.graph.nodes.map((node) => (node.id === 'fc' ? { ...node, id: '@fc' } : node));
    refuses({ ...model, graph: { nodes: renamed, output: '@fc' } }, /"id" expected letters, digits, .* got "@fc"/);
  });
});
