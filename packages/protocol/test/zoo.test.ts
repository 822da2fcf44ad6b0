/** Every network of the zoo, narrow and on small images, with another form of gate map on each site. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  bitset,
  blockGates,
  buildZoo,
  classesOf,
  type GateMap,
  inferShapes,
  interpretInteger,
  linearGates,
  maskGates,
  patchGates,
  plainGates,
  polynomialGates,
  quantizeImage,
  siteNodes,
  siteShape,
  type ZooName,
  type ZooOptions,
  zooNames,
} from '@relent/graph';
import { planCost, planImages } from '@relent/protocol';
import { withSession } from './pair.js';
import { randomInteger } from './pooled-network.js';
import { traffic } from './traffic.js';

/** Quadratics that stay small. */
const quadratics = (channels: number) => ({
  c2: new Float32Array(channels).fill(0.002),
  c1: new Float32Array(channels).fill(0.5),
  c0: new Float32Array(channels).fill(0.02),
});

const forms: readonly ((shape: readonly [number, number, number]) => GateMap | null)[] = [
  () => null,
  (shape) => patchGates(shape, [2, 2]),
  (shape) => linearGates(shape),
  (shape) => polynomialGates(shape, quadratics(shape[0])),
  (shape) => blockGates(shape, [1, 2], Math.min(2, shape[0])),
  (shape) =>
    maskGates(
      plainGates(shape),
      bitset(shape[0] * shape[1] * shape[2], (i) => i % 3 === 0),
    ),
];

/** As narrow and small as each architecture allows. */
function tinyOptions(name: ZooName): ZooOptions {
  const classes = name === 'resnet110' ? 2 : 5;
  if (name === 'vgg16-bn') return { inputShape: [3, 32, 32], classes, width: 1 / 64 };
  if (name === 'resnet50') return { inputShape: [3, 32, 32], classes, width: 1 / 32 };
  if (name === 'deeplab-mobilenetv2') return { inputShape: [3, 8, 8], classes, width: 1 / 16 };
  const width = name === 'wrn-22-8' ? 1 / 64 : name === 'resnet18' || name === 'resnet34' ? 1 / 32 : 1 / 8;
  return { inputShape: [3, 4, 4], classes, width };
}

for (const [position, name] of zooNames.entries()) {
  // Segmentation networks tell the class of every pixel, others by turns.
  const answer = name.startsWith('deeplab') || position % 3 === 0 ? 'class' : 'logits';
  test(`${name}: private ${answer} = integer interpreter, predicted = metered bytes`, async () => {
    const graph = buildZoo(name, tinyOptions(name));
    const shapes = inferShapes(graph);
    const maps = new Map<string, GateMap>();
    for (const [site, { id }] of siteNodes(graph).entries()) {
      const map = forms[(site + position) % forms.length]!(siteShape(shapes.get(id)!));
      if (map !== null) maps.set(id, map);
    }
    const { integer, images } = randomInteger(graph, position + 1, maps);
    await withSession(
      integer,
      async (session) => {
        const together = images.slice(0, 1 + (position % 2));
        const cost = planCost(planImages(session.plan, together.length));
        const { answers, offline, online } = await session.inferBatch(together);
        assert.deepEqual(traffic(offline), cost.offline);
        assert.deepEqual(traffic(online), cost.online);
        for (const [i, { logits, classes, clientShares }] of answers.entries()) {
          const { output } = interpretInteger(integer, quantizeImage(integer.graph, together[i]!), {
            mode: 'shares',
            clientShares: (site) => clientShares?.get(site) as Int32Array,
          });
          assert.deepEqual(logits, answer === 'logits' ? output : null);
          assert.deepEqual(classes, classesOf(integer.graph, output));
        }
      },
      { client: { keepShares: true }, server: { answer } },
    );
  });
}
