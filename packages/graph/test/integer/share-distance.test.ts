import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  calibrate,
  type GateMap,
  type Graph,
  type IntegerModel,
  interpretInteger,
  narrowWindows,
  quadraticShareId,
  quantize,
  quantizeImage,
  shareDistanceBound,
  siteNodes,
  sizeOf,
} from '@relent/graph';
import { largestDistance, randomModel, seeded } from '../random-model.js';
import { branchNet, gateForms, residualNet } from './nets.js';
import { randomImages, randomRing } from './random-integers.js';

function quantized(graph: Graph, seed: number, form: string, ringBits: number): IntegerModel {
  const random = seeded(seed);
  const maps = new Map<string, GateMap>();
  for (const { id } of siteNodes(graph)) {
    const map = gateForms(random)[form]!(id, graph);
    if (map) maps.set(id, map);
  }
  const model = randomModel(graph, seed, maps);
  return quantize(model, calibrate(model, randomImages(graph, random, 3)), { ringBits });
}

function sharesRun(model: IntegerModel, image: Int32Array, random: () => number): Int32Array {
  const sizes = new Map(
    model.graph.nodes.flatMap((node): [string, number][] => {
      const quadratics = node.op === 'site' ? node.gates.gateOf.filter((gate) => gate < 0).length : 0;
      return [
        [node.id, sizeOf(node.shape)],
        [quadraticShareId(node.id), quadratics],
      ];
    }),
  );
  const clientShares = (site: string) => randomRing(sizes.get(site)!, model.graph.ringBits, random);
  return interpretInteger(model, image, { mode: 'shares', clientShares }).output;
}

for (const form of Object.keys(gateForms(seeded(0))))
  test(`no client shares lead further from floor mode than the bound says, with gates of the form ${form}`, () => {
    const random = seeded(41);
    const graph = residualNet();
    const model = quantized(graph, 42, form, 28);
    const image = quantizeImage(model.graph, randomImages(graph, random, 1)[0]!);
    const bound = shareDistanceBound(model, image);
    const { output } = interpretInteger(model, image);
    let moved = 0;
    for (let run = 0; run < 12; run++) {
      const shares = sharesRun(model, image, random);
      for (const [i, value] of shares.entries()) assert.ok(Math.abs(value - output[i]!) <= bound[i]!, `logit ${i}`);
      moved = Math.max(moved, largestDistance(shares, output));
    }
    assert.ok(moved > 0, 'shares never changed anything: the test shows nothing');
  });

test('the bound holds with narrow comparisons, which move the result further', () => {
  const random = seeded(45);
  const graph = residualNet();
  const exact = quantized(graph, 46, 'patch', 28);
  const image = quantizeImage(exact.graph, randomImages(graph, random, 1)[0]!);
  const distances = [Infinity, 8].map((bits) => {
    const model = narrowWindows(exact, bits);
    const bound = shareDistanceBound(model, image);
    const { output } = interpretInteger(model, image);
    let moved = 0;
    for (let run = 0; run < 12; run++) {
      const shares = sharesRun(model, image, random);
      for (const [i, value] of shares.entries()) assert.ok(Math.abs(value - output[i]!) <= bound[i]!, `logit ${i}`);
      moved = Math.max(moved, largestDistance(shares, output));
    }
    return moved;
  });
  assert.ok(distances[1]! > distances[0]!, distances.join());
});

test('the bound also holds behind max pooling and concatenation', () => {
  const random = seeded(43);
  const graph = branchNet();
  const model = quantized(graph, 44, 'plain', 28);
  const image = quantizeImage(model.graph, randomImages(graph, random, 1)[0]!);
  const bound = shareDistanceBound(model, image);
  const { output } = interpretInteger(model, image);
  for (let run = 0; run < 20; run++)
    for (const [i, value] of sharesRun(model, image, random).entries())
      assert.ok(Math.abs(value - output[i]!) <= bound[i]!);
});

test('one site before one layer: the bound is the sum of the weights that a carry may reach', () => {
  const model: IntegerModel = {
    graph: {
      ringBits: 32,
      nodes: [
        { op: 'input', id: 'x', inputs: [], shape: [3, 1, 1], scale: 1, maxAbs: 100 },
        {
          op: 'site',
          id: 'site',
          inputs: ['x'],
          shape: [3, 1, 1],
          scale: 1,
          maxAbs: 100,
          truncationBits: 2,
          gates: {
            shape: [3, 1, 1],
            comparisons: 3,
            scoreStart: Int32Array.of(0, 1, 2, 3),
            scoreNeuron: Int32Array.of(0, 1, 2),
            scoreWeight: Int32Array.of(1, 1, 1),
            source: null,
            gateOf: Int32Array.of(0, 1, 2),
            a: Int32Array.of(1, 1, 1),
            b: Int32Array.of(0, 0, 0),
            affineBits: 0,
            dropped: null,
          },
        },
        {
          op: 'conv',
          id: 'fc',
          inputs: ['site'],
          shape: [1],
          scale: 1,
          maxAbs: 1000,
          conv: {
            kernel: [1, 1],
            stride: [1, 1],
            padding: [0, 0],
            dilation: [1, 1],
            groups: 1,
            outChannels: 1,
            bias: true,
          },
          inputShape: [3, 1, 1],
          weightNorm: 16,
        },
      ],
      output: 'fc',
    },
    weights: new Map([['fc', { weight: Int32Array.of(5, -7, 11), bias: Int32Array.of(0) }]]),
  };
  assert.deepEqual([...shareDistanceBound(model, Int32Array.of(9, 9, 9))], [16]);
  assert.deepEqual([...shareDistanceBound(model, Int32Array.of(9, 9, -9))], [7]);
  assert.deepEqual([...shareDistanceBound(model, Int32Array.of(-9, 0, -9))], [0]);
});
