import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type IntegerModel, interpretInteger, quantizeImage } from '@relent/graph';
import { plan, planCost, planImages } from '@relent/protocol';
import fc from 'fast-check';
import { eachImage, imageOf, joinImages, repeatSite } from '../dist/images.js';
import { gateForms, randomImage, tinyModel } from './network.js';
import { startPair, withSession } from './pair.js';
import { planeGraph, pooledGraph, randomInteger } from './pooled-network.js';
import { traffic } from './traffic.js';

test('images are computed one by one and stay in their places', () => {
  const parts = fc.array(fc.array(fc.integer(), { minLength: 3, maxLength: 3 }), { minLength: 1, maxLength: 5 });
  fc.assert(
    fc.property(parts, (lists) => {
      const images = lists.map((list) => Int32Array.from(list));
      const joined = joinImages(images);
      for (const [i, image] of images.entries()) assert.deepEqual(imageOf(joined, images.length, i), image);
      const sums = eachImage(images.length, [joined, joined], ([x, y], i) => Int32Array.of(x![0]! + y![2]! + i));
      assert.deepEqual(
        [...sums],
        images.map((image, i) => (image[0]! + image[2]! + i) | 0),
      );
    }),
  );
});

test('every image has gates of its own', () => {
  const { shape } = plan(tinyModel('affine').integer.graph).batches[0]![0]!.site;
  const { gateOf, a, gateCount, neurons, comparisons } = repeatSite(shape, 3);
  assert.deepEqual([neurons, comparisons, gateCount], [3 * shape.neurons, 3 * shape.comparisons, 3 * shape.gateCount]);
  for (let i = 0; i < neurons; i++)
    assert.equal(gateOf[i], shape.gateOf[i % shape.neurons]! + Math.floor(i / shape.neurons) * shape.gateCount);
  assert.deepEqual([...a], [...shape.a, ...shape.a, ...shape.a]);
});

const checkBatch = async (integer: IntegerModel, images: readonly Float32Array[], answer: 'logits' | 'class') =>
  withSession(
    integer,
    async (session) => {
      const single = planCost(session.plan);
      const cost = planCost(planImages(session.plan, images.length));
      const { answers, offline, online } = await session.inferBatch(images);
      assert.deepEqual(traffic(offline), cost.offline);
      assert.deepEqual(traffic(online), cost.online);
      assert.equal(cost.online.rounds, single.online.rounds);
      assert.equal(cost.offline.rounds, single.offline.rounds);
      assert.ok(
        cost.online.bytesUp + cost.online.bytesDown < images.length * (single.online.bytesUp + single.online.bytesDown),
      );
      for (const [i, image] of images.entries()) {
        const { logits, prediction, clientShares } = answers[i]!;
        const shares = (site: string) => clientShares?.get(site) as Int32Array;
        const { output } = interpretInteger(integer, quantizeImage(integer.graph, image), {
          mode: 'shares',
          clientShares: shares,
        });
        if (answer === 'logits') assert.deepEqual(logits, output);
        const plane = output.length / session.graph.nodes.at(-1)!.shape[0]!;
        const first = output.filter((_, k) => k % plane === 0);
        assert.equal(prediction, first.indexOf(Math.max(...first)));
      }
    },
    { client: { keepShares: true }, server: { answer } },
  );

for (const form of gateForms) {
  test(`three images at once: each as the interpreter has it, in the rounds of one: ${form}`, async () => {
    const { integer, images } = tinyModel(form);
    await checkBatch(integer, images, 'logits');
  });
}

test('max pools and classes of several images', async () => {
  const pooled = randomInteger(pooledGraph(), 2);
  await checkBatch(pooled.integer, pooled.images, 'class');
  const plane = randomInteger(planeGraph(), 2);
  await checkBatch(plane.integer, plane.images.slice(0, 2), 'class');
});

test('offline phases for several images are prepared ahead, and used by as many', async () => {
  const { integer, images } = tinyModel('block');
  await withSession(integer, async (session) => {
    await session.prepare(1, 2);
    await session.prepare(1);
    const { online: one } = await session.infer(images[0]!);
    const { online: two, answers } = await session.inferBatch(images.slice(0, 2));
    assert.equal(answers.length, 2);
    assert.ok(two.bytesUp > one.bytesUp);
    await assert.rejects(session.inferBatch([]), /"images" expected an integer in 1..65535, got 0/);
    await assert.rejects(session.inferBatch([images[0]!, new Float32Array(3)]), /"image" expected \[2, 6, 6\]/);
  });
});

test('more images than the server admits are refused', async () => {
  const { integer } = tinyModel('linear');
  const { connected, served } = startPair(integer, { server: { maxPrepared: 3 } });
  const session = await connected;
  const random = () => 0.5;
  await session.inferBatch([randomImage(random), randomImage(random), randomImage(random)]);
  const four = Array.from({ length: 4 }, () => randomImage(random));
  await assert.rejects(
    session.inferBatch(four),
    (error: { code?: string }) => error.code === 'parameters' || error.code === 'aborted',
  );
  assert.match(String(await served), /"prepare" expected at most 3 waiting/);
});
