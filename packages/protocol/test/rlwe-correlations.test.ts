import assert from 'node:assert/strict';
import { test } from 'node:test';
import { done, ProtocolError, seededRandom, simulate } from '@relent/crypto';
import {
  calibrate,
  type FloatTensor,
  GraphBuilder,
  interpretInteger,
  type Model,
  quantize,
  quantizeImage,
  ringReduce,
  weightShapes,
} from '@relent/graph';
import { loadKernels } from '@relent/kernels';
import {
  type PhaseTraffic,
  plan,
  planCost,
  planWaves,
  rlweCorrelations,
  type SessionEvent,
  weightNormBound,
} from '@relent/protocol';
import { maskWalk, walkShares } from '../dist/shares.js';
import { gateForms, numbers, tinyModel } from './network.js';
import { withSession } from './pair.js';

const kernels = loadKernels();
const engine = rlweCorrelations();
const randomOf = (seed: number) => seededRandom(kernels, new Uint8Array(32).fill(seed));
const traffic = ({ bytesUp, bytesDown, messages, rounds }: PhaseTraffic) => ({ bytesUp, bytesDown, messages, rounds });
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

for (const form of ['plain', 'linear', 'cross-site'] as const) {
  test(`private inference over RLWE = integer interpreter, predicted = metered bytes: ${form}`, async () => {
    const { integer, images } = tinyModel(form);
    const warnings: SessionEvent[] = [];
    const onEvent = (event: SessionEvent) => {
      if (event.kind === 'warning') warnings.push(event);
    };
    await withSession(
      integer,
      async (session) => {
        for (const [index, image] of images.slice(0, 2).entries()) {
          const result = await session.infer(image);
          const expected = interpretInteger(integer, quantizeImage(integer.graph, image), {
            mode: 'shares',
            clientShares: (site) => result.clientShares?.get(site) as Int32Array,
          });
          assert.deepEqual(result.logits, expected.output);
          const { bytesUp, bytesDown, messages, rounds } = planCost(session.plan, engine, index).offline;
          assert.deepEqual({ ...traffic(result.offline) }, { bytesUp, bytesDown, messages, rounds });
        }
      },
      { server: { linear: engine, onEvent }, client: { keepShares: true, onEvent } },
    );
    assert.deepEqual(warnings, []);
  });
}

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
  const waves = planWaves(plan(integer.graph)).map((wave) => wave.map(({ step }) => step.id));
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
      assert.deepEqual(traffic(result.offline), traffic(planCost(session.plan, engine, 0).offline as PhaseTraffic));
    },
    { server: { linear: engine }, client: { keepShares: true } },
  );
});

test('bounds of the weight norms hold for quantised layers', () => {
  for (const form of gateForms) {
    const { integer } = tinyModel(form);
    const steps = plan(integer.graph);
    for (const { step } of planWaves(steps).flat()) {
      const { weight } = integer.weights.get(step.id) ?? { weight: new Int32Array(0) };
      const row = weight.length / step.geometry.outChannels;
      for (let at = 0; at < weight.length; at += row) {
        assert.ok(Math.hypot(...weight.subarray(at, at + row)) <= weightNormBound(steps, step));
      }
    }
  }
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
