import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  calibrate,
  compareWindow,
  compareWindows,
  decodeIntegerGraph,
  encodeIntegerGraph,
  type IntegerModel,
  type IntegerNode,
  interpretInteger,
  narrowWindows,
  publicHash,
  quantize,
  quantizeImage,
  siteDecisions,
} from '@relent/graph';
import { randomModel, seeded } from '../random-model.js';
import { residualNet } from './nets.js';
import { randomImages } from './random-integers.js';

type Site = Extract<IntegerNode, { readonly op: 'site' }>;

function quantized(ringBits = 28): IntegerModel {
  const graph = residualNet();
  const model = randomModel(graph, 7);
  return quantize(model, calibrate(model, randomImages(graph, seeded(8), 3)), { ringBits });
}

const sitesOf = (model: IntegerModel): Site[] => model.graph.nodes.filter((node) => node.op === 'site');

/** A site of one gate with the given score weights. */
function siteWith(weights: readonly number[], ignoredBits: number): Site {
  const [site] = sitesOf(quantized());
  const gates = {
    ...site!.gates,
    comparisons: 1,
    scoreStart: Int32Array.of(0, weights.length),
    scoreNeuron: Int32Array.from(weights.keys()),
    scoreWeight: Int32Array.from(weights),
  };
  return { ...site!, gates, ignoredBits };
}

test('the upper end is the smallest that holds every score within the public bounds', () => {
  for (const maxAbs of [1, 5, 127, 128, 1000, 2 ** 20 - 1]) {
    for (const weights of [[1], [3, -2], [1, 1, 1, 1]]) {
      for (const low of [0, 1, 7]) {
        const bound = weights.reduce((sum, weight) => sum + Math.abs(weight), 0) * maxAbs;
        const { high } = compareWindow(siteWith(weights, low), maxAbs, 32);
        assert.ok(bound <= 2 ** (high - 1) - 2 ** low);
        assert.ok(high === low + 2 || bound > 2 ** (high - 2) - 2 ** low);
      }
    }
  }
  // The range proof holds scores below 2^(l-2), whatever the rounded bounds say.
  assert.deepEqual(compareWindow(siteWith([1], 0), 2 ** 40, 32), { low: 0, high: 31 });
  for (const low of [-1, 30, 0.5]) assert.throws(() => compareWindow(siteWith([1], low), 9, 32), /ignoredBits/);
});

test('decisions of a window: exact within it, but for positive scores below 2^low, which follow the share', () => {
  for (const window of [
    { low: 0, high: 6 },
    { low: 3, high: 7 },
  ]) {
    const limit = 2 ** (window.high - 1) - 2 ** window.low;
    for (let score = -limit; score <= limit; score++) {
      const scores = new Int32Array(256).fill(score);
      const client = Int32Array.from({ length: 256 }, (_, share) => share - 128);
      const open = siteDecisions(scores, window, client).reduce((sum, bit) => sum + bit, 0);
      assert.equal(open, 256 * Math.max(0, Math.min(1, score / 2 ** window.low)));
      assert.deepEqual([...siteDecisions(scores.subarray(0, 1), window)], [score > 0 ? 1 : 0]);
    }
  }
});

test('the proven windows change nothing in floor mode, narrow ones take as few low bits as they must', () => {
  const model = quantized();
  const image = quantizeImage(model.graph, randomImages(residualNet(), seeded(9), 1)[0]!);
  const exact = compareWindows(model.graph);
  assert.equal(exact.size, 5);
  for (const [, { low, high }] of exact) assert.ok(low === 0 && high < 28);
  for (const bits of [3, 12, 16]) {
    const narrow = narrowWindows(model, bits);
    assert.deepEqual(interpretInteger(narrow, image).output, interpretInteger(model, image).output);
    const windows = compareWindows(narrow.graph);
    for (const site of sitesOf(narrow)) {
      const { low, high } = windows.get(site.id)!;
      assert.ok(high - low <= bits);
      if (low === 0) continue;
      const input = narrow.graph.nodes.find(({ id }) => id === site.inputs[0])!;
      const wider = compareWindow({ ...site, ignoredBits: low - 1 }, input.maxAbs, 28);
      assert.ok(wider.high - wider.low > bits);
    }
  }
  assert.deepEqual(narrowWindows(narrowWindows(model, 10), Infinity), model);
  assert.throws(() => narrowWindows(model, 2), /"bits" expected at least 3, got 2/);
});

test('ignored bits travel with the public graph and change its hash', () => {
  const { graph } = narrowWindows(quantized(), 12);
  assert.deepEqual(decodeIntegerGraph(encodeIntegerGraph(graph)), graph);
  assert.notEqual(publicHash(graph), publicHash(quantized().graph));
});
