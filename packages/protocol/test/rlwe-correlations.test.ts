import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkWeights, done, ProtocolError, seededRandom, simulate } from '@relent/crypto';
import {
  buildZoo,
  calibrate,
  type FloatTensor,
  GraphBuilder,
  interpretInteger,
  type Model,
  quantize,
  quantizeImage,
  type Ranges,
  ringReduce,
  weightShapes,
  type ZooName,
  type ZooOptions,
} from '@relent/graph';
import { type Kernels, loadKernels } from '@relent/kernels';
import {
  type Channel,
  connectSession,
  type PhaseCost,
  plan,
  planCost,
  rlweCorrelations,
  serveSession,
} from '@relent/protocol';
import { connectTcp, listen } from '@relent/protocol/node';
import { maskWalk, walkShares } from '../dist/shares.js';
import { numbers, tinyModel } from './network.js';
import { toolsOf, withSession } from './pair.js';

const kernels = loadKernels();
const engine = rlweCorrelations();
const randomOf = (seed: number) => seededRandom(kernels, new Uint8Array(32).fill(seed));
const traffic = ({ bytesUp, bytesDown, messages, rounds }: PhaseCost) => ({ bytesUp, bytesDown, messages, rounds });
const maskSeed = new Uint8Array(32).fill(5);

test('the shares of both sides sum to W · x_c, and cost what the plan says', () => {
  for (const [form, ringBits] of [
    ['cross-site', 29],
    ['linear', 32],
  ] as const) {
    const { integer } = tinyModel(form, { ringBits });
    const steps = plan(integer.graph);
    const { client, server, meter } = simulate(
      engine.client(steps, kernels, maskSeed, randomOf(1)),
      engine.server(steps, kernels, integer.weights, randomOf(2)),
    );
    const costs = engine.cost(steps);
    const bytes = (direction: 'up' | 'down') =>
      costs.filter((cost) => cost.direction === direction).reduce((sum, { bits }) => sum + bits / 8, 0);
    assert.equal(meter.bytesUp, bytes('up'));
    assert.equal(meter.bytesDown, bytes('down'));
    assert.equal(meter.messages, costs.length);
    assert.equal(meter.rounds, 2);
    let layers = 0;
    const walk = walkShares(steps, {
      ...maskWalk(steps, kernels, maskSeed),
      conv(step, x) {
        const share = client.get(step.id) as Int32Array;
        const sum = share.map((value, i) => value + (server.get(step.id)?.[i] ?? 0));
        const weight = integer.weights.get(step.id)?.weight as Int32Array;
        const product = kernels.convolve(x, weight, null, step.geometry);
        assert.deepEqual(ringReduce(sum, ringBits), ringReduce(product, ringBits));
        layers++;
        return done(share);
      },
    });
    assert.ok(walk.next(new Uint8Array(0)).done);
    assert.equal(layers, 5);
  }
});

/** Two convolutions in a row, and a third one beside them. */
function chainModel() {
  const random = numbers(3);
  const build = new GraphBuilder();
  const image = build.input([2, 5, 5]);
  const first = build.conv(image, 3, { id: 'first' });
  const second = build.conv(first, 3, { id: 'second' });
  const beside = build.conv(image, 3, { id: 'beside' });
  const site = build.relu(build.add(second, beside, { id: 'add' }), { id: 'relu' });
  build.linear(build.flatten(site, { id: 'flatten' }), 4, { id: 'fc' });
  const graph = build.finish('fc');
  const weights = new Map<string, FloatTensor>();
  for (const [name, dims] of weightShapes(graph)) {
    const count = dims.reduce((product, length) => product * length, 1);
    weights.set(name, { shape: dims, data: Float32Array.from({ length: count }, () => random() / 2) });
  }
  const model: Model = { graph, weights, gateMaps: new Map(), info: { name: 'chain' } };
  const picture = Float32Array.from({ length: 50 }, random);
  return { integer: quantize(model, calibrate(model, [picture]), { activationBits: 10, weightBits: 6 }), picture };
}

test('a convolution behind a convolution waits for a second wave', async () => {
  const { integer, picture } = chainModel();
  const waves = plan(integer.graph).waves.map((wave) => wave.map(({ step }) => step.id));
  assert.deepEqual(waves, [['first', 'beside', 'fc'], ['second']]);
  await withSession(
    integer,
    async (session) => {
      const result = await session.infer(picture);
      const expected = interpretInteger(integer, quantizeImage(integer.graph, picture), {
        mode: 'shares',
        clientShares: (site) => result.clientShares?.get(site) as Int32Array,
      });
      assert.deepEqual(result.logits, expected.output);
      assert.deepEqual(traffic(result.offline), traffic(planCost(session.plan).offline));
    },
    { client: { keepShares: true } },
  );
});

test('runs of one engine share the transformed weights, up to its limit', () => {
  const { integer } = tinyModel('block');
  const steps = plan(integer.graph);
  const transforms = (transformBytes: number): number[] => {
    let made = 0;
    const newStore: Kernels['poly']['newStore'] = (limitBytes) => {
      const store = kernels.poly.newStore(limitBytes);
      return {
        bytes: store.bytes,
        keep(coefficients) {
          const kept = store.keep(coefficients);
          if (kept !== null) made++;
          return kept;
        },
        multiplyAccumulate(ciphertexts, rows) {
          made += rows.filter((row) => row instanceof Int32Array).length;
          return store.multiplyAccumulate(ciphertexts, rows);
        },
      };
    };
    const counting: Kernels = { ...kernels, poly: { ...kernels.poly, newStore } };
    const shared = rlweCorrelations({ transformBytes });
    return [1, 2].map((seed) => {
      made = 0;
      simulate(
        shared.client(steps, kernels, maskSeed, randomOf(seed)),
        shared.server(steps, counting, integer.weights, randomOf(3)),
      );
      return made;
    });
  };
  const [first = 0, second] = transforms(2 ** 31);
  assert.ok(first > 0);
  assert.equal(second, 0);
  assert.deepEqual(transforms(0), [first, first]);
  assert.throws(() => rlweCorrelations({ transformBytes: -1 }), /"transformBytes" expected/);
});

/** An integer network of the zoo with random weights. */
function zooModel(name: ZooName, options: ZooOptions, ranges?: Ranges) {
  const random = numbers(7);
  const graph = buildZoo(name, options);
  const weights = new Map<string, FloatTensor>();
  for (const [tensor, dims] of weightShapes(graph)) {
    const count = dims.reduce((product, length) => product * length, 1);
    const scale = dims.length > 1 ? Math.sqrt(6 / (count / (dims[0] ?? 1))) : 0.1;
    const value = () => (tensor.endsWith('.variance') ? 1 : random() * scale);
    weights.set(tensor, { shape: dims, data: Float32Array.from({ length: count }, value) });
  }
  const model: Model = { graph, weights, gateMaps: new Map(), info: { name } };
  const size = options.inputShape.reduce((product, length) => product * length, 1);
  const images = Array.from({ length: 2 }, () => Float32Array.from({ length: size }, random));
  return { integer: quantize(model, ranges ?? calibrate(model, images)), images };
}

test('a ResNet-8 over TCP equals the interpreter and costs as predicted, image by image', async () => {
  const { integer, images } = zooModel('resnet8', { inputShape: [1, 28, 28], classes: 10, width: 0.25 });
  const onSession = (channel: Channel) => serveSession({ integer, info: { name: 'resnet8' } }, channel, toolsOf(1));
  const listener = await listen({ port: 0, onSession });
  try {
    const channel = await connectTcp({ port: listener.port, host: '127.0.0.1' });
    const session = await connectSession(channel, { ...toolsOf(2), keepShares: true });
    for (const [index, image] of images.entries()) {
      const result = await session.infer(image);
      const clientShares = (site: string) => result.clientShares?.get(site) as Int32Array;
      const pixels = quantizeImage(integer.graph, image);
      assert.deepEqual(result.logits, interpretInteger(integer, pixels, { mode: 'shares', clientShares }).output);
      const { offline, online } = planCost(session.plan, undefined, index);
      assert.deepEqual(traffic(result.offline), traffic(offline));
      assert.deepEqual(traffic(result.online), traffic(online));
    }
    await session.close();
  } finally {
    await listener.close();
  }
});

test('a ResNet-18 on 64 × 64 images fits the noise budget at 32 bits', () => {
  const options: ZooOptions = { inputShape: [3, 64, 64], classes: 200 };
  // Ranges as a trained network has them; the weights matter here, and an interpreter would take long.
  const ranges = new Map(buildZoo('resnet18', options).nodes.map(({ id }) => [id, 8]));
  const { integer } = zooModel('resnet18', options, ranges);
  const { waves } = plan(integer.graph);
  assert.deepEqual(
    waves.map((wave) => wave.length),
    [21],
  );
  for (const { step, plan: cut } of waves.flat()) {
    assert.equal(cut.weightNorm, step.node.weightNorm);
    checkWeights({ plan: cut, weight: integer.weights.get(step.id)?.weight as Int32Array });
  }
});

test('weights beyond the noise budget are refused by the name of their layer', () => {
  const { graph } = tinyModel('block').integer;
  const nodes = graph.nodes.map((node) => (node.id === 'down' ? { ...node, weightNorm: 2 ** 40 } : node));
  assert.throws(() => plan({ ...graph, nodes }), /layer "down" expected weights within the noise budget at 32 bits/);
});

test('a key of another length is malformed', () => {
  const { integer } = tinyModel('block');
  const steps = plan(integer.graph);
  assert.throws(
    () =>
      simulate(
        engine.client(steps, kernels, maskSeed, randomOf(1)),
        engine.server(steps, kernels, integer.weights, randomOf(2)),
        { tamper: (bytes, index) => (index === 0 ? bytes.subarray(1) : bytes) },
      ),
    (error) => error instanceof ProtocolError && error.code === 'malformed',
  );
});
