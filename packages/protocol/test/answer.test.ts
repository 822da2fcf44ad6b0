import assert from 'node:assert/strict';
import { test } from 'node:test';
import { classesOf, interpretInteger, quantizeImage } from '@relent/graph';
import { planCost } from '@relent/protocol';
import { tinyModel } from './network.js';
import { toolsOf, withSession } from './pair.js';
import { planeGraph, pooledGraph, randomInteger } from './pooled-network.js';
import { traffic } from './traffic.js';

const cases = [
  ['max pools', () => randomInteger(pooledGraph())],
  ['a plane of classes', () => randomInteger(planeGraph(), 3)],
  ['shared gates', () => tinyModel('cross-site')],
] as const;

for (const [name, make] of cases) {
  for (const answer of ['logits', 'class'] as const) {
    test(`${name}, ${answer}: private = integer interpreter, predicted = metered bytes`, async () => {
      const { integer, images } = make();
      await withSession(
        integer,
        async (session) => {
          const cost = planCost(session.plan);
          for (const image of images.slice(0, 2)) {
            const result = await session.infer(image);
            const clientShares = (site: string) => result.clientShares?.get(site) as Int32Array;
            const input = quantizeImage(integer.graph, image);
            const { output } = interpretInteger(integer, input, { mode: 'shares', clientShares });
            assert.deepEqual(result.logits, answer === 'logits' ? output : null);
            assert.deepEqual(result.classes, classesOf(integer.graph, output));
            assert.deepEqual(traffic(result.offline), cost.offline);
            assert.deepEqual(traffic(result.online), cost.online);
          }
        },
        { client: { keepShares: true }, server: { answer } },
      );
    });
  }
}

test('of equal logits the first one is the class', async () => {
  const { integer, images } = tinyModel('plain');
  const { weight, bias } = integer.weights.get('fc') ?? assert.fail();
  // Classes 1, 2 and 4 are copies; 0 and 3 are far below.
  const width = weight.length / 5;
  for (const c of [2, 4]) weight.copyWithin(c * width, width, 2 * width);
  for (const c of [0, 3]) weight.fill(0, c * width, (c + 1) * width);
  bias.set([-(2 ** 20), 77, 77, -(2 ** 20), 77]);
  await withSession(
    integer,
    async (session) => {
      for (const image of images) assert.equal((await session.infer(image)).prediction, 1);
    },
    { server: { ...toolsOf(9), answer: 'class' } },
  );
});
