import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  calibrate,
  type GateMap,
  type Graph,
  GraphBuilder,
  type IntegerModel,
  type IntegerNode,
  interpretFloat,
  interpretInteger,
  logitsToFloat,
  type Model,
  quantize,
  quantizeImage,
  siteNodes,
  verifyIntegerModel,
} from '@relent/graph';
import { randomModel, seeded } from '../random-model.js';
import { branchNet, gateForms, residualNet } from './nets.js';
import { randomImages } from './random-integers.js';

function formsOf(graph: Graph, form: string, random: () => number): Map<string, GateMap> {
  const maps = new Map<string, GateMap>();
  for (const { id } of siteNodes(graph)) {
    const map = gateForms(random)[form]!(id, graph);
    if (map) maps.set(id, map);
  }
  return maps;
}

/** Largest distance of the logits, relative to their root mean square. */
function loss(model: Model, integer: IntegerModel, image: Float32Array): number {
  const expected = interpretFloat(model, image);
  const run = interpretInteger(integer, quantizeImage(integer.graph, image));
  const got = logitsToFloat(integer.graph, run.output);
  const rms = Math.sqrt(expected.reduce((sum, value) => sum + value * value, 0) / expected.length);
  return Math.max(...expected.map((value, i) => Math.abs(value - got[i]!))) / rms;
}

const nodeOf = (model: IntegerModel, id: string): IntegerNode => model.graph.nodes.find((node) => node.id === id)!;

/** Smooth forms lose roundings only; where gates are shared, a score near zero may also change a decision. */
const tolerance = { plain: 0.01, linear: 0.01, polynomial: 0.02, pixel: 0.15, default: 0.06 } as Record<string, number>;

for (const form of Object.keys(gateForms(seeded(0))))
  test(`floor mode stays close to the float network with gates of the form ${form}`, () => {
    const random = seeded(11);
    const graph = residualNet();
    const model = randomModel(graph, 12, formsOf(graph, form, random));
    const images = randomImages(graph, random, 4);
    const integer = verifyIntegerModel(quantize(model, calibrate(model, images)));
    const losses = images.map((image) => loss(model, integer, image));
    const bound = tolerance[form] ?? tolerance.default!;
    assert.ok(Math.max(...losses) < bound, `lost ${Math.max(...losses)}`);
  });

test('pools of odd area, concatenation, grouped and dilated convolutions and max pooling stay close', () => {
  const graph = branchNet();
  const model = randomModel(graph, 13);
  const images = randomImages(graph, seeded(14), 6);
  const integer = verifyIntegerModel(quantize(model, calibrate(model, images)));
  for (const image of images) assert.ok(loss(model, integer, image) < 0.04, `lost ${loss(model, integer, image)}`);
});

test('every ring from 20 to 32 bits gets a proof, and wider rings lose less', () => {
  const graph = residualNet();
  const model = randomModel(graph, 15);
  const images = randomImages(graph, seeded(16), 3);
  const ranges = calibrate(model, images);
  const losses = [];
  for (let ringBits = 20; ringBits <= 32; ringBits++) {
    const integer = quantize(model, ranges, { ringBits });
    assert.equal(integer.graph.ringBits, ringBits);
    losses.push(images.reduce((sum, image) => sum + loss(model, integer, image), 0));
  }
  assert.ok(losses[12]! < losses[6]! && losses[6]! < losses[0]!, losses.join(' '));
});

test('no value exceeds its proven bound on any image whose activations stay within theirs', () => {
  const random = seeded(17);
  const graph = residualNet();
  let covered = 0;
  for (const form of ['plain', 'block', 'affine', 'mask', 'polynomial']) {
    const model = randomModel(graph, 18, formsOf(graph, form, random));
    const integer = quantize(model, calibrate(model, randomImages(graph, random, 6)), { ringBits: 26 });
    const { maxAbs } = integer.graph.nodes[0]!;
    const extreme = Int32Array.from({ length: 3 * 144 }, () => (random() < 0.5 ? -maxAbs : maxAbs));
    const images = randomImages(graph, random, 6).map((image) => quantizeImage(integer.graph, image));
    for (const image of [extreme, ...images]) {
      const { values, withinBounds } = interpretInteger(integer, image, { mode: 'floor', uncheckedRange: true });
      if (!withinBounds) continue;
      covered++;
      for (const node of integer.graph.nodes)
        assert.ok(
          values.get(node.id)!.every((value) => Math.abs(value) <= node.maxAbs),
          node.id,
        );
    }
  }
  assert.ok(covered > 15, `only ${covered} runs within bounds`);
});

test('pre-activations are proven below a quarter of the ring', () => {
  const model = randomModel(residualNet(), 19);
  const ranges = calibrate(model, randomImages(model.graph, seeded(20), 2));
  for (const ringBits of [20, 26, 32]) {
    const integer = quantize(model, ranges, { ringBits });
    for (const node of integer.graph.nodes) {
      if (node.op === 'site') assert.ok(nodeOf(integer, node.inputs[0]).maxAbs < 2 ** (ringBits - 2), node.id);
      assert.ok(node.maxAbs < 2 ** (ringBits - 1), node.id);
    }
  }
});

test('scales are what the values mean: an add and a concat join equal scales', () => {
  const integer = quantizedBranches();
  for (const node of integer.graph.nodes)
    if (node.op === 'add' || node.op === 'concat')
      for (const [i, input] of node.inputs.entries())
        assert.equal(nodeOf(integer, input).scale, node.scale * 2 ** node.shifts[i]!);
  const pool = nodeOf(integer, 'average');
  assert.ok(pool.op === 'sum-pool' && pool.multiplier === 57);
  assert.equal(pool.scale, nodeOf(integer, 'relu').scale / 2 ** 9);
});

test('a pool that no add or concat joins costs nothing: its area lies in the scale', () => {
  const b = new GraphBuilder();
  const x = b.relu(b.input([2, 6, 6]), { id: 'relu' });
  const graph = b.finish(b.linear(b.flatten(b.averagePool(x, 6, { id: 'pool' })), 3));
  const integer = quantize(
    randomModel(graph, 21),
    calibrate(randomModel(graph, 21), randomImages(graph, seeded(22), 2)),
  );
  const pool = nodeOf(integer, 'pool');
  assert.ok(pool.op === 'sum-pool' && pool.multiplier === 1);
  assert.equal(pool.scale, nodeOf(integer, 'relu').scale / 36);
});

test('the precision asked for is the most that is used', () => {
  const model = randomModel(residualNet(), 23);
  const ranges = calibrate(model, randomImages(model.graph, seeded(24), 2));
  const integer = quantize(model, ranges, { weightBits: 6, activationBits: 8, margin: 1 });
  for (const { weight } of integer.weights.values()) assert.ok(weight.every((value) => Math.abs(value) <= 31));
  for (const node of integer.graph.nodes)
    if (node.op === 'site' || node.op === 'input') assert.ok(node.maxAbs <= 2 ** 8 + 1, `${node.id} ${node.maxAbs}`);
});

test('ranges measured before or after folding batch norms give the same network', () => {
  const graph = residualNet();
  const model = randomModel(graph, 25, formsOf(graph, 'polynomial', seeded(26)));
  const ranges = calibrate(model, randomImages(graph, seeded(27), 2));
  const folded = new Map(ranges);
  for (const [from, to] of [
    ['stem.bn', 'stem.conv'],
    ['block1.bn1', 'block1.conv1'],
    ['block2.bn1', 'block2.conv1'],
  ])
    folded.set(to!, ranges.get(from!)!);
  for (const id of ranges.keys()) if (id.includes('bn')) folded.delete(id);
  assert.deepEqual(quantize(model, folded), quantize(model, ranges));
});

test('a range that cannot be proven names the layer and the bound', () => {
  const b = new GraphBuilder();
  let x = b.relu(b.conv(b.input([16, 3, 3]), 400, { id: 'narrow' }), { id: 'relu1' });
  x = b.relu(b.conv(x, 400, { id: 'wide' }), { id: 'relu2' });
  const graph = b.finish(b.linear(b.flatten(b.globalAveragePool(x)), 2));
  const model = randomModel(graph, 28);
  const ranges = calibrate(model, randomImages(graph, seeded(29), 1));
  assert.throws(() => quantize(model, ranges, { ringBits: 20 }), {
    name: 'RangeError',
    message: /^layer "(narrow|wide)" expected \|z\| < 2\^18, got a bound of 2\^\d+\.\d with 4-bit weights and 6-bit/,
  });
});

test('a group score that cannot be proven names the site too', () => {
  const b = new GraphBuilder();
  const site = b.relu(b.conv(b.input([8, 16, 16]), 32, { id: 'conv' }), { id: 'site' });
  const graph = b.finish(b.linear(b.flatten(b.globalAveragePool(site)), 2));
  const maps = new Map([['site', gateForms(seeded(0)).block!(site, graph)!]]);
  const wide = { ...maps.get('site')!, patchHeight: Int32Array.of(16), patchWidth: Int32Array.of(16) };
  const whole = { ...wide, channelGroup: new Int32Array(32), channelWeight: new Float32Array(32).fill(1 / 32) };
  const model = randomModel(graph, 30, new Map([['site', whole]]));
  const ranges = calibrate(model, randomImages(graph, seeded(31), 1));
  assert.throws(
    () => quantize(model, ranges, { ringBits: 24 }),
    /layer "conv" expected \|group score of site "site"\| < 2\^22/,
  );
});

test('wrong options and missing ranges are refused', () => {
  const model = randomModel(residualNet(), 32);
  const ranges = calibrate(model, randomImages(model.graph, seeded(33), 1));
  for (const options of [{ ringBits: 19 }, { ringBits: 33 }, { ringBits: 24.5 }])
    assert.throws(() => quantize(model, ranges, options), { name: 'RangeError', message: /"ringBits" expected/ });
  assert.throws(
    () => quantize(model, ranges, { weightBits: 3 }),
    /"weightBits" expected an integer from 4 to 16, got 3/,
  );
  assert.throws(() => quantize(model, ranges, { activationBits: 17 }), /"activationBits" expected/);
  assert.throws(() => quantize(model, ranges, { margin: 0.5 }), /"margin" expected/);
  const missing = new Map(ranges);
  missing.delete('block1.relu1');
  assert.throws(
    () => quantize(model, missing),
    /"ranges" expected a finite magnitude for node "block1.relu1", got none/,
  );
});

function quantizedBranches(): IntegerModel {
  const model = randomModel(branchNet(), 34);
  return quantize(model, calibrate(model, randomImages(model.graph, seeded(35), 2)));
}
