import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  buildZoo,
  calibrate,
  decodeIntegerGraph,
  decodeSafetensors,
  encodeIntegerGraph,
  encodeSafetensors,
  FormatError,
  type IntegerGraph,
  type IntegerNode,
  interpretInteger,
  publicHash,
  quantize,
  quantizeImage,
} from '@relent/graph';
import fc from 'fast-check';
import { randomGateMaps, threeSites } from '../random-gates.js';
import { randomFloats, randomModel, seeded } from '../random-model.js';

function quantised(seed: number) {
  const random = seeded(seed);
  const gateMaps = randomGateMaps([2, 3, 2], 4, 3, random);
  const model = randomModel(threeSites([2, 3, 2], 4, 3), seed, gateMaps);
  const images = [1, 2, 3].map(() => randomFloats(24, random));
  return { images, integer: quantize(model, calibrate(model, images)) };
}

describe('encodeIntegerGraph', () => {
  it('keeps every array of every site', () => {
    for (let seed = 0; seed < 20; seed++) {
      const { graph } = quantised(seed).integer;
      assert.deepEqual(decodeIntegerGraph(encodeIntegerGraph(graph)), graph);
    }
  });

  it('writes a network of plain ReLUs in a few kilobytes', () => {
    const model = randomModel(buildZoo('resnet8', { inputShape: [3, 16, 16], classes: 4, width: 0.25 }), 1);
    const { graph } = quantize(model, calibrate(model, [randomFloats(768, seeded(1))]));
    assert.ok(encodeIntegerGraph(graph).length < 16_000);
    assert.deepEqual(decodeIntegerGraph(encodeIntegerGraph(graph)), graph);
  });

  it('hashes the content, not the order in which an object was built', () => {
    const { graph } = quantised(1).integer;
    const reversed = (node: IntegerNode) =>
      Object.fromEntries(Object.entries(node).reverse()) as unknown as IntegerNode;
    assert.equal(publicHash({ ...graph, nodes: graph.nodes.map(reversed) }), publicHash(graph));
    assert.match(publicHash(graph), /^[0-9a-f]{64}$/);
    assert.notEqual(publicHash({ ...graph, output: graph.nodes[1]!.id }), publicHash(graph));
  });

  it('answers any change with a FormatError or a graph that can be evaluated', () => {
    const { integer, images } = quantised(2);
    const bytes = encodeIntegerGraph(integer.graph);
    const image = quantizeImage(integer.graph, images[0]!);
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), (at, flip) => {
        const wrong = bytes.slice();
        wrong[at]! ^= flip;
        for (const attempt of [wrong, bytes.subarray(0, at)]) {
          let graph: IntegerGraph;
          try {
            graph = decodeIntegerGraph(attempt);
          } catch (error) {
            assert.ok(error instanceof FormatError, String(error));
            continue;
          }
          const same = graph.nodes.every(({ id, op, shape }, i) => {
            const node = integer.graph.nodes[i];
            return node?.id === id && node.op === op && String(node.shape) === String(shape);
          });
          if (same) interpretInteger({ ...integer, graph }, image, { mode: 'floor', uncheckedRange: true });
        }
      }),
      { seed: 3, numRuns: 250 },
    );
  });

  it('refuses to unfold a small file into a large memory', () => {
    const { graph } = quantised(3).integer;
    const bytes = encodeIntegerGraph(graph);
    assert.throws(() => decodeIntegerGraph(bytes, { maxEntries: 50 }), /FormatError: .* at most 50 entries, got more/);
    const { metadata, tensors } = decodeSafetensors(bytes);
    for (const [pattern, value] of [
      [/"shape":\[2,4,3\]/g, '"shape":[2000000000,2000000000,3]'],
      [/"comparisons":\d+/g, '"comparisons":9007199254740991'],
    ] as const) {
      const text = metadata.get('relent.integer-graph')!.replaceAll(pattern, value);
      const forged = encodeSafetensors(tensors, new Map([['relent.integer-graph', text]]));
      assert.throws(() => decodeIntegerGraph(forged), FormatError);
    }
  });
});
