import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  applyGateMap,
  interpretFloatAll,
  layerGates,
  linearGates,
  plainGates,
  polynomialGates,
  verify,
} from '@relent/graph';
import fc from 'fast-check';
import { randomGateMaps, threeSites } from '../random-gates.js';
import { largestDistance, randomFloats, randomModel, seeded } from '../random-model.js';

const size = fc.integer({ min: 1, max: 4 });

describe('applyGateMap', () => {
  it('changes no value, for all forms and sources', () => {
    fc.assert(
      fc.property(fc.integer(), fc.tuple(size, size, size), size, size, (seed, channels, height, width) => {
        const random = seeded(seed);
        const gateMaps = randomGateMaps(channels, height, width, random);
        const model = randomModel(threeSites(channels, height, width), seed, gateMaps);
        const applied = verify(applyGateMap(model));
        const image = randomFloats(2 * height * width, random);
        const [before, after] = [interpretFloatAll(model, image), interpretFloatAll(applied, image)];
        for (const [id, value] of after) assert.ok(largestDistance(value, before.get(id)!) < 1e-5, id);
        for (const node of applied.graph.nodes)
          if (node.op === 'relu' || node.op === 'gate') assert.equal(node.op === 'gate', gateMaps.has(node.id));
      }),
      { seed: 1, numRuns: 100 },
    );
  });

  it('removes linear sites, turns quadratics into nodes, keeps what a later site obeys', () => {
    const shape = [2, 2, 2] as const;
    const rule = { c2: Float32Array.of(1, 2), c1: new Float32Array(2), c0: new Float32Array(2) };
    const apply = (maps: Parameters<typeof randomModel>[2]) =>
      applyGateMap(randomModel(threeSites([2, 2, 2], 2, 2), 1, maps));
    const mixed = apply(
      new Map([
        ['site0', linearGates(shape)],
        ['site1', polynomialGates(shape, rule)],
      ]),
    );
    assert.deepEqual(
      mixed.graph.nodes.map(({ id, op }) => `${id}:${op}`),
      ['input:input', 'conv0:conv', 'conv1:conv', 'site1:polynomial', 'conv2:conv', 'site2:relu'],
    );
    assert.deepEqual([...mixed.weights.get('site1.c2')!.data], [1, 2]);
    assert.equal(mixed.gateMaps.size, 0);
    const obeyed = apply(
      new Map([
        ['site0', linearGates(shape)],
        ['site2', layerGates(shape, 'site0', [0, 1])],
      ]),
    );
    assert.ok(obeyed.graph.nodes.some(({ id, op }) => id === 'site0' && op === 'gate'));
    assert.equal(apply(new Map([['site2', linearGates(shape)]])).graph.output, 'conv2');
    assert.ok(apply(new Map([['site1', plainGates(shape)]])).gateMaps.has('site1'));
  });

  it('lets the middle of a chain of sources go', () => {
    const shape = [2, 2, 2] as const;
    const middle = { ...layerGates(shape, 'site0', [0, 1]), mask: new Uint8Array(1) };
    const maps = new Map([
      ['site1', middle],
      ['site2', layerGates(shape, 'site1', [1, 0])],
    ]);
    const applied = verify(applyGateMap(randomModel(threeSites([2, 2, 2], 2, 2), 1, maps)));
    assert.ok(!applied.graph.nodes.some(({ id }) => id === 'site1'));
    assert.equal(applied.gateMaps.get('site2')!.source, 'site0');
  });
});
