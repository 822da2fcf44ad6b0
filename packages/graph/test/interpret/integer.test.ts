import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  calibrate,
  convGeometry,
  evaluateLocal,
  type GateMap,
  type IntegerModel,
  integerConvolve,
  interpretInteger,
  isLocal,
  logitsToFloat,
  quantize,
  quantizeImage,
  ringReduce,
  siteDecisions,
  siteNodes,
  siteScores,
  sizeOf,
} from '@relent/graph';
import { gateForms, residualNet } from '../integer/nets.js';
import { randomImages, randomRing } from '../integer/random-integers.js';
import { randomModel, seeded } from '../random-model.js';

function quantized(form: string, ringBits: number, seed: number): IntegerModel {
  const random = seeded(seed);
  const graph = residualNet();
  const maps = new Map<string, GateMap>();
  for (const { id } of siteNodes(graph)) {
    const map = gateForms(random)[form]!(id, graph);
    if (map) maps.set(id, map);
  }
  const model = randomModel(graph, seed, maps);
  return quantize(model, calibrate(model, randomImages(graph, random, 3)), { ringBits });
}

/**
 * The private run by brute force: two parties hold additive shares of every value, compute linear nodes each on its
 * own, truncate each its own share and add one, and open the decisions.
 */
function runOnShares(model: IntegerModel, image: Int32Array, random: () => number) {
  const { ringBits, nodes, output } = model.graph;
  const ring = 2 ** ringBits;
  const modulo = (value: number) => ((value % ring) + ring) % ring;
  const open = (c: Int32Array, s: Int32Array) =>
    ringReduce(
      c.map((value, i) => value + s[i]!),
      ringBits,
    );
  const parties = { client: new Map<string, Int32Array>(), server: new Map<string, Int32Array>() };
  const decisions = new Map<string, Uint8Array>();
  const clientShares = new Map<string, Int32Array>();
  const deal = (id: string, value: Int32Array) => {
    const client = randomRing(value.length, ringBits, random);
    parties.client.set(id, client);
    parties.server.set(
      id,
      ringReduce(
        value.map((v, i) => v - client[i]!),
        ringBits,
      ),
    );
  };
  for (const node of nodes) {
    const [client, server] = [parties.client, parties.server].map((held) => node.inputs.map((id) => held.get(id)!));
    if (node.op === 'input') deal(node.id, image);
    else if (node.op === 'conv') {
      const { weight, bias } = model.weights.get(node.id)!;
      const geometry = convGeometry(node);
      parties.client.set(node.id, ringReduce(integerConvolve(client![0]!, weight, null, geometry), ringBits));
      parties.server.set(node.id, ringReduce(integerConvolve(server![0]!, weight, bias, geometry), ringBits));
    } else if (isLocal(node)) {
      parties.client.set(node.id, evaluateLocal(node, client!, ringBits));
      parties.server.set(node.id, evaluateLocal(node, server!, ringBits));
    } else if (node.op === 'site') {
      const { gates, truncationBits: f } = node;
      const [c, s] = [client![0]!, server![0]!];
      clientShares.set(node.id, c);
      const scores = open(siteScores(gates, c, ringBits), siteScores(gates, s, ringBits));
      decisions.set(node.id, siteDecisions(scores));
      const decided = decisions.get(gates.source ?? node.id)!;
      const plane = gates.shape[1] * gates.shape[2];
      const y = c.map((share, i) => {
        const [low, high] = [modulo(share), modulo(s[i]! + ring / 4)];
        const wrap = low + high >= ring ? 2 ** (ringBits - f) : 0;
        const x = Math.floor(low / 2 ** f) + Math.floor(high / 2 ** f) - wrap - 2 ** (ringBits - 2 - f) + 1;
        const channel = Math.floor(i / plane);
        const gate = gates.gateOf[i]!;
        const factor = gate < 0 ? 2 ** gates.affineBits : gates.b[channel]! + decided[gate]! * gates.a[channel]!;
        return Math.imul(x, factor);
      });
      deal(node.id, ringReduce(y, ringBits));
    } else throw new Error(`${node.op} has no private form`);
  }
  return { output: open(parties.client.get(output)!, parties.server.get(output)!), clientShares };
}

for (const form of Object.keys(gateForms(seeded(0))).filter((name) => name !== 'polynomial'))
  test(`shares mode is what two parties compute on shares, with gates of the form ${form}`, () => {
    const random = seeded(61);
    for (const ringBits of [26, 29, 32]) {
      const model = quantized(form, ringBits, 62);
      for (const image of randomImages(residualNet(), random, 1)) {
        const integers = quantizeImage(model.graph, image);
        const { output, clientShares } = runOnShares(model, integers, random);
        const shares = { mode: 'shares', clientShares: (site: string) => clientShares.get(site)! } as const;
        assert.deepEqual(interpretInteger(model, integers, shares).output, output);
        assert.notDeepEqual(interpretInteger(model, integers).output, output);
      }
    }
  });

test('shares of all ones are floor mode, but where the low bits are all ones too', () => {
  const model = quantized('affine', 32, 63);
  const [image] = randomImages(residualNet(), seeded(64), 1);
  const integers = quantizeImage(model.graph, image!);
  const sizes = new Map(model.graph.nodes.map((node) => [node.id, sizeOf(node.shape)]));
  const ones = { mode: 'shares', clientShares: (site: string) => new Int32Array(sizes.get(site)!).fill(-1) } as const;
  const [shares, floor] = [interpretInteger(model, integers, ones).values, interpretInteger(model, integers).values];
  const [stem, relu] = ['stem.conv', 'stem.relu'].map((id) => model.graph.nodes.find((node) => node.id === id)!);
  assert.ok(relu?.op === 'site' && relu.inputs[0] === stem?.id);
  const low = 2 ** relu.truncationBits - 1;
  let equal = 0;
  for (const [i, z] of floor.get(stem.id)!.entries()) {
    if ((z & low) === low) continue;
    equal++;
    assert.equal(shares.get(relu.id)![i], floor.get(relu.id)![i]);
  }
  assert.ok(equal > 500);
});

test('an injected convolution is the one used', () => {
  const model = quantized('plain', 30, 65);
  const [image] = randomImages(residualNet(), seeded(66), 1);
  const integers = quantizeImage(model.graph, image!);
  const seen: number[] = [];
  const run = interpretInteger(model, integers, {
    mode: 'floor',
    convolve: (input, weight, bias, geometry) => {
      seen.push(geometry.outChannels);
      return integerConvolve(input, weight, bias, geometry);
    },
  });
  assert.deepEqual(seen, [8, 8, 8, 16, 16, 16, 5]);
  assert.deepEqual(run.output, interpretInteger(model, integers).output);
});

test('a pre-activation out of range names its site, unless the check is off', () => {
  const model = quantized('plain', 26, 67);
  const weights = new Map(model.weights);
  const { weight, bias } = weights.get('block1.conv1')!;
  weights.set('block1.conv1', { weight, bias: bias.map(() => 2 ** 24) });
  const broken = { ...model, weights };
  const [image] = randomImages(residualNet(), seeded(68), 1);
  const integers = quantizeImage(model.graph, image!);
  assert.throws(() => interpretInteger(broken, integers), {
    name: 'RangeError',
    message: /^site "block1.relu1" expected every pre-activation below 2\^24 in magnitude, got \d+/,
  });
  const unchecked = interpretInteger(broken, integers, { mode: 'floor', uncheckedRange: true });
  assert.equal(unchecked.withinBounds, false);
  assert.equal(interpretInteger(model, integers).withinBounds, true);
});

test('lengths are checked', () => {
  const model = quantized('plain', 32, 69);
  assert.throws(() => interpretInteger(model, new Int32Array(5)), /"image" expected 432 values, got 5/);
  const short = { mode: 'shares', clientShares: () => new Int32Array(3) } as const;
  assert.throws(
    () => interpretInteger(model, new Int32Array(432), short),
    /"clientShares\("stem.relu"\)" expected 1152 values/,
  );
  assert.throws(() => quantizeImage(model.graph, new Float32Array(5)), /"image" expected 432 values, got 5/);
  assert.throws(() => quantizeImage(model.graph, new Float32Array(432).fill(NaN)), /"image" expected numbers, got NaN/);
  assert.throws(() => logitsToFloat(model.graph, new Int32Array(4)), /"logits" expected 5 values, got 4/);
});

test('images round to the nearest integer and saturate at the bound of the input', () => {
  const { graph } = quantized('plain', 32, 70);
  const { scale, maxAbs } = graph.nodes[0]!;
  const image = new Float32Array(432);
  image.set([scale * 3.4, scale * -3.6, 1e9, -Infinity, Infinity]);
  assert.deepEqual([...quantizeImage(graph, image).subarray(0, 6)], [3, -4, maxAbs, -maxAbs, maxAbs, 0]);
  assert.equal(logitsToFloat(graph, Int32Array.of(0, 0, 3, 0, 0))[2], Math.fround(3 * graph.nodes.at(-1)!.scale));
});
