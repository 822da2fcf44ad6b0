import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ProtocolError } from '@relent/crypto';
import { encodeIntegerGraph, interpretInteger, publicHash, quantizeImage } from '@relent/graph';
import { connectSession, Link, memoryChannels, planCost, TrafficMeter } from '@relent/protocol';
import { nodeClock } from '@relent/protocol/node';
import { encodeWelcome } from '../dist/messages.js';
import { gateForms, tinyModel } from './network.js';
import { info, startPair, toolsOf, withSession } from './pair.js';
import { traffic } from './traffic.js';

for (const form of gateForms) {
  test(`private result = integer interpreter in shares mode, predicted = metered bytes: ${form}`, async () => {
    const { integer, images } = tinyModel(form);
    await withSession(
      integer,
      async (session) => {
        const cost = planCost(session.plan);
        for (const image of images) {
          const result = await session.infer(image);
          const expected = interpretInteger(integer, quantizeImage(integer.graph, image), {
            mode: 'shares',
            clientShares: (site) => result.clientShares?.get(site) as Int32Array,
          });
          assert.deepEqual(result.logits, expected.output);
          assert.deepEqual(traffic(result.offline), cost.offline);
          assert.deepEqual(traffic(result.online), cost.online);
          assert.equal(result.prediction, expected.output.indexOf(Math.max(...expected.output)));
        }
      },
      { client: { keepShares: true } },
    );
  });
}

for (const ringBits of [20, 24, 27, 31]) {
  test(`ring of ${ringBits} bits`, async () => {
    const { integer, images } = tinyModel('mask', { ringBits, seed: ringBits });
    await withSession(
      integer,
      async (session) => {
        const image = quantizeImage(integer.graph, images[0] as Float32Array);
        const result = await session.infer(image);
        const clientShares = (site: string) => result.clientShares?.get(site) as Int32Array;
        assert.deepEqual(result.logits, interpretInteger(integer, image, { mode: 'shares', clientShares }).output);
        assert.deepEqual(traffic(result.online), planCost(session.plan).online);
      },
      { client: { keepShares: true } },
    );
  });
}

test('prepared offline phases are used in order, and their traffic is reported with the result', async () => {
  const { integer, images } = tinyModel('block');
  await withSession(integer, async (session) => {
    await session.prepare(2);
    const [first, second, third] = await Promise.all(images.map((image) => session.infer(image)));
    assert.ok(first && second && third);
    assert.deepEqual(traffic(first.offline), traffic(third.offline));
    assert.equal(first.clientShares, null);
    assert.ok(second.steps.some(({ phase, step }) => phase === 'online' && step === 'stem.relu'));
  });
});

test('the client learns the public half alone', async () => {
  const { integer } = tinyModel('cross-site');
  await withSession(integer, async (session) => {
    assert.deepEqual(session.info, info);
    assert.deepEqual(session.graph, integer.graph);
    assert.equal(session.hash, publicHash(integer.graph));
    assert.ok(session.setup.bytesUp > 0 && session.setup.bytesDown > 0);
  });
});

test('the metered transfer set-up is the predicted one', async () => {
  const { integer } = tinyModel('linear');
  await withSession(integer, async (session) => {
    const { setup } = planCost(session.plan);
    const row = session.setup.steps.find(({ step }) => step === '(oblivious transfer)');
    assert.deepEqual({ ...row, ms: 0 }, { ...setup.steps[0], ms: 0 });
  });
});

test('a wrong image is refused and the session goes on', async () => {
  const { integer, images } = tinyModel('block');
  await withSession(integer, async (session) => {
    await assert.rejects(
      session.infer(new Float32Array(71)),
      /"image" expected \[2, 6, 6\], that is 72 values, got 71/,
    );
    const { logits } = await session.infer(images[0] as Float32Array);
    assert.equal(logits?.length, 5);
  });
});

test('a graph whose weights could not fit the noise budget is refused as a model', async () => {
  const { integer } = tinyModel('block');
  const nodes = integer.graph.nodes.map((node) => (node.op === 'conv' ? { ...node, weightNorm: 2 ** 40 } : node));
  const graph = { ...integer.graph, nodes };
  const [near, far] = memoryChannels();
  // A server that does not plan what it serves.
  const server = new Link(far, {
    clock: nodeClock,
    meter: new TrafficMeter('server', nodeClock),
    timeoutMs: 5_000,
    maxMessageBytes: 1_000,
  });
  const connected = connectSession(near, { ...toolsOf(2), timeoutMs: 5_000 });
  await server.receive('hello');
  const description = {
    hash: publicHash(graph),
    info: { name: 'heavy' },
    plan: {
      sites: [],
      transfer: { client: 'softspoken', server: 'softspoken' },
      answer: 'logits' as const,
      exact: false,
    },
    bundles: false,
  };
  await server.send('welcome', encodeWelcome(new Uint8Array(16), description, encodeIntegerGraph(graph)));
  await assert.rejects(connected, (error) => error instanceof ProtocolError && error.code === 'model');
});

test('another model than the expected one is refused', async () => {
  const { integer } = tinyModel('block');
  const { connected, served } = startPair(integer, { client: { expectedHash: '0'.repeat(64) } });
  await assert.rejects(connected, (error) => error instanceof ProtocolError && error.code === 'model');
  const ended = await served;
  assert.ok(ended instanceof ProtocolError && ended.code === 'aborted', String(ended));
  assert.match(ended.message, /"model"/);
});
