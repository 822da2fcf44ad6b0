import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  bitset,
  buildZoo,
  channelGates,
  type FloatTensor,
  floatInterpreter,
  foldBatchNorm,
  type GateMap,
  type Graph,
  GraphBuilder,
  inferShapes,
  interpretFloat,
  layerGates,
  linearGates,
  type Model,
  maskGates,
  patchGates,
  plainGates,
  polynomialGates,
  sizeOf,
  weightShapes,
  withAffine,
} from '@relent/graph';
import { exportOnnx, importOnnx } from '@relent/onnx';
import { distance, randomFloats, seeded } from './random.js';
import { runOnnx } from './runtime.js';

const shape = [4, 5, 7] as const;

function randomModel(graph: Graph, gateMaps: ReadonlyMap<string, GateMap> = new Map()): Model {
  const random = seeded(3);
  const weights = new Map<string, FloatTensor>();
  for (const [name, size] of weightShapes(graph)) {
    const scale = size.length > 1 ? Math.sqrt(4 / sizeOf(size.slice(1))) : 0.5;
    const data = randomFloats(sizeOf(size), random).map((x) => (/variance$/.test(name) ? 0.5 + x * x : scale * x));
    weights.set(name, { shape: size, data });
  }
  return { graph, weights, gateMaps, info: { name: 'random' } };
}

/** Largest distance between the exported file and the float interpreter, on three images at once. */
async function worst(model: Model): Promise<number> {
  const image = inferShapes(model.graph).get(model.graph.nodes[0]!.id)!;
  const data = randomFloats(3 * sizeOf(image), seeded(9));
  const theirs = await runOnnx(exportOnnx(model), [3, ...image], data);
  const interpret = floatInterpreter(model);
  const ours = [0, 1, 2].flatMap((i) => {
    const one = data.slice(i * sizeOf(image), (i + 1) * sizeOf(image));
    return [...interpret(one).get(model.graph.output)!];
  });
  return distance(theirs, ours);
}

/** A convolution, the site `early`, a convolution and the site `late`. */
function twoSites(early: GateMap | null, late: GateMap | null): Model {
  const b = new GraphBuilder();
  const x = b.relu(b.conv(b.input([2, 5, 7]), 4, { bias: true, id: 'conv' }), { id: 'early' });
  const y = b.relu(b.conv(x, 4, { bias: true, id: 'again' }), { id: 'late' });
  const maps = new Map<string, GateMap>();
  if (early) maps.set('early', early);
  if (late) maps.set('late', late);
  return randomModel(b.finish(y), maps);
}

const floats = (...values: number[]) => Float32Array.from(values);
const some = bitset(140, (i) => i % 3 !== 0);
const quadratic = { c2: floats(0.1, 0, 0.2, 0.3), c1: floats(1, 0.5, -1, 0), c0: floats(0, 0.1, 0.2, -0.3) };
const pixels = { kind: 'weights', weights: floats(0.5, -1, 0.25, 2, 1, 0.75) } as const;
const forms: Record<string, readonly [GateMap | null, GateMap | null]> = {
  'plain ReLU': [null, null],
  'patches, mean, ragged': [patchGates(shape, [2, 3]), patchGates(shape, [5, 7])],
  'patches, prototype pixel': [patchGates(shape, [2, 3], { kind: 'pixel', row: 1, column: 2 }), null],
  'patches, weighted pixels': [patchGates(shape, [2, 3], pixels), null],
  'patches of a size for each channel, some linear': [patchGates(shape, [[1, 1], [2, 2], 'linear', [3, 1]]), null],
  'channels, prototypes': [channelGates(shape, { group: [0, 1, 0, 1], prototypes: [2, 1] }), null],
  'channels, mean': [channelGates(shape, { group: [1, 0, 1, 1] }), null],
  'channels, negative weights': [channelGates(shape, { group: [0, 0, 1, 1], weights: floats(1, -0.5, 0, -2) }), null],
  'blocks of channels and pixels': [channelGates(shape, { group: [0, 0, 1, 1], patch: [2, 2] }), null],
  'an affine gate': [withAffine(plainGates(shape), floats(0.9, 1, -1, 0.5), floats(0.1, 0, 1, 0.25)), null],
  'linear neurons': [maskGates(plainGates(shape), some), linearGates(shape)],
  'neurons with quadratics': [maskGates(patchGates(shape, [2, 2]), some, quadratic), polynomialGates(shape, quadratic)],
  'the decisions of an earlier ReLU': [null, layerGates(shape, 'early', [0, 1, 2, 3])],
  'the decisions of an earlier site that shares': [
    channelGates(shape, { group: [0, 1, 0, 1], patch: [2, 3] }),
    withAffine(layerGates(shape, 'early', [1, 1, 0, 0]), 0.8, 0.1),
  ],
  'the decisions of an earlier site that obeys few of them itself': [
    maskGates(
      patchGates(shape, [2, 2]),
      bitset(140, () => false),
    ),
    layerGates(shape, 'early', [3, 2, 1, 0]),
  ],
};

describe('an exported site computes what the interpreter computes', () => {
  for (const [name, [early, late]] of Object.entries(forms))
    test(name, async () => {
      const error = await worst(twoSites(early, late));
      assert.ok(error < 1e-4, `off by ${error}`);
    });

  test('and a wrong map is noticed', async () => {
    const model = twoSites(patchGates(shape, [2, 3]), null);
    const data = randomFloats(70, seeded(1));
    const theirs = await runOnnx(exportOnnx(twoSites(null, null)), [1, 2, 5, 7], data);
    assert.ok(distance(theirs, interpretFloat(model, data)) > 1e-2);
  });
});

describe('an exported network computes what the interpreter computes', () => {
  const networks: Record<string, Graph> = {
    'ResNet-18 with the stem for large images': buildZoo('resnet18', {
      inputShape: [3, 32, 32],
      classes: 5,
      width: 0.0625,
      stem: 'imagenet',
    }),
    'VGG-16': buildZoo('vgg16-bn', { inputShape: [3, 32, 32], classes: 5, width: 0.0625, pooling: 'average' }),
    DeepLab: buildZoo('deeplab-resnet20', { inputShape: [3, 24, 24], classes: 4, width: 0.25 }),
  };
  for (const [name, graph] of Object.entries(networks))
    test(name, async () => {
      const error = await worst(randomModel(graph));
      assert.ok(error < 1e-4, `off by ${error}`);
    });

  test('vectors, concatenations and polynomials', async () => {
    const b = new GraphBuilder();
    const x = b.input([2, 4, 4]);
    const joined = b.concat([x, b.averagePool(x, 3, { stride: 1, padding: 1 })]);
    const hidden = b.relu(b.linear(b.flatten(joined), 6), { id: 'hidden' });
    const model = randomModel(
      b.finish(b.linear(hidden, 3, { bias: false })),
      new Map([['hidden', channelGates([6, 1, 1], { group: [0, 0, 1, 1, 2, 2] })]]),
    );
    const node = { op: 'polynomial', id: 'hidden', inputs: ['linear1'] } as const;
    const nodes = model.graph.nodes.map((each) => (each.id === 'hidden' ? node : each));
    const coefficient = (value: number) => ({ shape: [6], data: new Float32Array(6).fill(value) });
    const weights = new Map([
      ...model.weights,
      ['hidden.c2', coefficient(0.2)] as const,
      ['hidden.c1', coefficient(0.5)] as const,
      ['hidden.c0', coefficient(0.1)] as const,
    ]);
    const polynomial = { ...model, graph: { ...model.graph, nodes }, weights, gateMaps: new Map() };
    for (const each of [model, polynomial]) assert.ok((await worst(each)) < 1e-4);
  });

  test('and comes back as the same network', () => {
    const model = randomModel(buildZoo('resnet20', { inputShape: [3, 16, 16], classes: 5, width: 0.25 }));
    const { graph, weights } = importOnnx(exportOnnx(model)).model;
    assert.deepEqual(graph, model.graph);
    assert.deepEqual(weights, model.weights);
    const folded = foldBatchNorm(model);
    assert.deepEqual(importOnnx(exportOnnx(folded)).model.graph, folded.graph);
  });
});
