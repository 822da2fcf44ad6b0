import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  bitAt,
  bitset,
  blockGates,
  type CompiledGates,
  channelGates,
  compileGates,
  contiguousGroups,
  type GateMap,
  GraphBuilder,
  gateCost,
  gateMapOf,
  inferShapes,
  interpretFloatAll,
  layerGates,
  maskGates,
  patchGates,
  siteNodes,
} from '@relent/graph';
import fc from 'fast-check';
import { naiveGate, naiveSite } from './naive-gates.js';
import { randomGateMaps, threeSites } from './random-gates.js';
import { largestDistance, randomFloats, randomModel, seeded } from './random-model.js';

const size = fc.integer({ min: 1, max: 5 });

function compileOne(map: GateMap): CompiledGates {
  const b = new GraphBuilder();
  return compileGates(b.finish(b.relu(b.input(map.shape), { id: 'site' })), new Map([['site', map]])).get('site')!;
}

function rowOf(gates: CompiledGates, gate: number): [number, number][] {
  const neurons = gates.scoreNeuron.subarray(gates.scoreStart[gate], gates.scoreStart[gate + 1]);
  return [...neurons].map((neuron, k) => [neuron, gates.scoreWeight[gates.scoreStart[gate]! + k]!]);
}

describe('compileGates', () => {
  it('agrees with the definition, neuron by neuron, for all forms and sources', () => {
    let uncertain = 0;
    const runs = 150;
    fc.assert(
      fc.property(fc.integer(), fc.tuple(size, size, size), size, size, (seed, channels, height, width) => {
        const random = seeded(seed);
        const graph = threeSites(channels, height, width);
        const gateMaps = randomGateMaps(channels, height, width, random);
        const model = randomModel(graph, seed, gateMaps);
        const values = interpretFloatAll(model, randomFloats(2 * height * width, random));
        const shapes = inferShapes(graph);
        const cost = new Map(gateCost(graph, gateMaps).sites.map((site) => [site.id, site.cost]));
        const obeyed = new Map<string, Set<string>>();
        for (const { id, inputs } of siteNodes(graph)) {
          obeyed.set(id, new Set());
          const siteOf = (name: string) => ({
            map: gateMapOf(name, shapes.get(name)!, gateMaps),
            x: values.get(`conv${name.slice(4)}`)!,
          });
          let root = id;
          for (let up: string | null = id; up !== null; up = gateMaps.get(up)?.source ?? null) root = up;
          const site = siteOf(id);
          const { y, certain } = naiveSite({ ...site, x: values.get(inputs[0]!)! }, siteOf(root));
          if (certain) assert.ok(largestDistance(y, values.get(id)!) < 1e-5);
          else uncertain++;
          let gated = 0;
          for (let c = 0; c < site.map.shape[0]; c++)
            for (let row = 0; row < height; row++)
              for (let column = 0; column < width; column++) {
                const gate = naiveGate(site.map, siteOf(root).map, c, row, column);
                if (gate === null) continue;
                gated++;
                obeyed.get(root)!.add(gate);
              }
          assert.equal(cost.get(id)!.multiplications, gated);
        }
        const compiled = compileGates(graph, gateMaps);
        for (const [id, gates] of obeyed) {
          assert.equal(cost.get(id)!.comparisons, gates.size);
          assert.equal(compiled.get(id)!.comparisons, gates.size);
        }
      }),
      { seed: 1, numRuns: runs },
    );
    assert.ok(uncertain < runs / 10, `${uncertain} sites with a score near 0`);
  });

  it('keeps its arrays consistent', () => {
    fc.assert(
      fc.property(fc.integer(), fc.tuple(size, size, size), size, size, (seed, channels, height, width) => {
        const gateMaps = randomGateMaps(channels, height, width, seeded(seed));
        const compiled = compileGates(threeSites(channels, height, width), gateMaps);
        for (const [id, gates] of compiled) {
          const neurons = gates.shape[0] * height * width;
          const available = gates.source === null ? gates : compiled.get(gates.source)!;
          assert.equal(available.source, null);
          assert.equal(gates.scoreStart.length, gates.comparisons + 1);
          assert.equal(gates.scoreStart[gates.comparisons], gates.scoreNeuron.length);
          assert.equal(gates.scoreWeight.length, gates.scoreNeuron.length);
          assert.ok(gates.scoreNeuron.every((neuron) => neuron >= 0 && neuron < neurons));
          assert.equal(gates.gateOf.length, neurons);
          const mask = gateMaps.get(id)?.mask ?? null;
          gates.gateOf.forEach((gate, i) => {
            assert.equal(gate === -1, mask !== null && !bitAt(mask, i));
            assert.ok(gate < available.comparisons);
          });
        }
      }),
      { seed: 2, numRuns: 60 },
    );
  });

  it('gives ragged patches their true mean, and a clipped prototype pixel', () => {
    const gates = compileOne(patchGates([1, 3, 3], [2, 2]));
    assert.deepEqual(
      rowOf(gates, 0).map(([, weight]) => weight),
      [0.25, 0.25, 0.25, 0.25],
    );
    assert.deepEqual(rowOf(gates, 1), [
      [2, 0.5],
      [5, 0.5],
    ]);
    assert.deepEqual(rowOf(gates, 3), [[8, 1]]);
    const pixel = compileOne(patchGates([1, 3, 3], [2, 2], { kind: 'pixel', row: 1, column: 0 }));
    assert.deepEqual(
      [0, 1, 2, 3].map((g) => rowOf(pixel, g)[0]![0]),
      [3, 5, 6, 8],
    );
  });

  it('scores a block by the mean over channels and pixels, a prototype by one neuron', () => {
    const block = compileOne(blockGates([4, 2, 2], [2, 2], 4));
    assert.equal(block.comparisons, 1);
    assert.deepEqual(new Set(block.scoreWeight), new Set([1 / 16]));
    const group = contiguousGroups(4, 2);
    const shared = compileOne(channelGates([4, 2, 2], { group, prototypes: [1, 2] }));
    assert.deepEqual([...shared.scoreNeuron], [4, 5, 6, 7, 8, 9, 10, 11]);
    assert.deepEqual([...shared.gateOf.subarray(0, 8)], [0, 1, 2, 3, 0, 1, 2, 3]);
  });

  it('evaluates a gate only if a neuron obeys it, here or at a later site', () => {
    const b = new GraphBuilder();
    const first = b.relu(b.input([1, 1, 4]), { id: 'first' });
    const graph = b.finish(b.relu(b.conv(first, 2, { kernel: 1 }), { id: 'second' }));
    const none = maskGates(patchGates([1, 1, 4], [1, 2]), new Uint8Array(1));
    assert.equal(compileGates(graph, new Map([['first', none]])).get('first')!.comparisons, 0);
    const later = maskGates(
      layerGates([2, 1, 4], 'first', [0, 0]),
      bitset(8, (i) => i === 6),
    );
    const compiled = compileGates(
      graph,
      new Map([
        ['first', none],
        ['second', later],
      ]),
    );
    assert.deepEqual(rowOf(compiled.get('first')!, 0), [
      [2, 0.5],
      [3, 0.5],
    ]);
    assert.equal(compiled.get('first')!.comparisons, 1);
    assert.deepEqual([...compiled.get('second')!.gateOf], [-1, -1, -1, -1, -1, -1, 0, -1]);
    assert.equal(compiled.get('second')!.source, 'first');
  });
});
