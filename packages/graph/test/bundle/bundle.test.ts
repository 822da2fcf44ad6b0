import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  applyGateMap,
  buildZoo,
  calibrate,
  decodeBundle,
  decodeSafetensors,
  encodeBundle,
  encodeSafetensors,
  FormatError,
  foldBatchNorm,
  type Model,
  plainGates,
  quantize,
} from '@relent/graph';
import fc from 'fast-check';
// Internal: lets a test forge files whose hash is right.
import { contentHash } from '../../dist/bundle/content-hash.js';
import { randomGateMaps, threeSites } from '../random-gates.js';
import { randomFloats, randomModel, seeded } from '../random-model.js';

const size = fc.integer({ min: 1, max: 4 });

function isFormatError(error: unknown): boolean {
  assert.ok(error instanceof FormatError, String(error instanceof Error ? error.stack : error));
  return true;
}

function quantisedModel(seed: number) {
  const random = seeded(seed);
  const gateMaps = randomGateMaps([2, 3, 2], 4, 3, random);
  const model = randomModel(threeSites([2, 3, 2], 4, 3), seed, gateMaps);
  const images = [1, 2, 3].map(() => randomFloats(24, random));
  return { model, integer: quantize(model, calibrate(model, images)) };
}

describe('bundle', () => {
  it('decodes what it encodes: graph, weights, gate maps, info', () => {
    fc.assert(
      fc.property(fc.integer(), fc.tuple(size, size, size), size, size, (seed, channels, height, width) => {
        const gateMaps = randomGateMaps(channels, height, width, seeded(seed));
        const info = { name: 'n', dataset: 'd', classes: ['é', 'b'], mean: [0.1], std: [0.3] };
        const model: Model = { ...randomModel(threeSites(channels, height, width), seed, gateMaps), info };
        const bytes = encodeBundle(model);
        const decoded = decodeBundle(bytes);
        assert.deepEqual(decoded.model, model);
        assert.equal(decoded.integer, null);
        assert.deepEqual(encodeBundle(decoded.model), bytes);
      }),
      { seed: 1, numRuns: 30 },
    );
  });

  it('decodes what it encodes: the quantised network', () => {
    for (let seed = 0; seed < 20; seed++) {
      const { model, integer } = quantisedModel(seed);
      const bytes = encodeBundle(model, integer);
      const decoded = decodeBundle(bytes);
      assert.deepEqual(decoded.integer, integer);
      assert.deepEqual(encodeBundle(decoded.model, decoded.integer), bytes);
    }
  });

  it('keeps a whole network through folding and applying', () => {
    const graph = buildZoo('resnet8', { inputShape: [3, 8, 8], classes: 3, width: 0.25 });
    const maps = new Map([['layer1.0.relu1', plainGates([4, 8, 8])]]);
    const model = applyGateMap(foldBatchNorm(randomModel(graph, 1, maps)));
    const decoded = decodeBundle(encodeBundle(model));
    assert.deepEqual(decoded.model.graph, model.graph);
    assert.deepEqual(decoded.model.gateMaps, model.gateMaps);
  });

  it('has a hash that depends on the content alone', () => {
    const { model, integer } = quantisedModel(1);
    const hash = (m: Model) => decodeBundle(encodeBundle(m)).hash;
    assert.match(hash(model), /^[0-9a-f]{64}$/);
    const reordered = { ...model, weights: new Map([...model.weights].reverse()) };
    assert.equal(hash(reordered), hash(model));
    assert.notEqual(hash({ ...model, info: { name: 'other' } }), hash(model));
    assert.notEqual(decodeBundle(encodeBundle(model, integer)).hash, hash(model));
  });

  it('is a safetensors file with the weights under their own names', () => {
    const { model } = quantisedModel(2);
    const { tensors } = decodeSafetensors(encodeBundle(model));
    assert.deepEqual(tensors.get('conv0.weight')!.shape, [2, 2, 1, 1]);
    assert.equal(tensors.get('conv0.weight')!.dtype, 'F32');
  });

  it('answers every flipped byte and every truncation with a FormatError', () => {
    const { model, integer } = quantisedModel(3);
    const bytes = encodeBundle(model, integer);
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), (at, flip) => {
        const wrong = bytes.slice();
        wrong[at]! ^= flip;
        assert.throws(() => decodeBundle(wrong), isFormatError);
        assert.throws(() => decodeBundle(bytes.subarray(0, at)), isFormatError);
      }),
      { seed: 2, numRuns: 150 },
    );
    const longer = new Uint8Array(bytes.length + 1);
    longer.set(bytes);
    assert.throws(() => decodeBundle(longer), isFormatError);
  });

  it('refuses the same content with another spelling of the header', () => {
    const { model } = quantisedModel(6);
    const bytes = encodeBundle(model);
    const headerBytes = Number(new DataView(bytes.buffer).getBigUint64(0, true));
    const spaced = new Uint8Array(bytes.length + 8).fill(0x20);
    spaced.set(bytes.subarray(0, 8 + headerBytes));
    spaced.set(bytes.subarray(8 + headerBytes), 16 + headerBytes);
    new DataView(spaced.buffer).setBigUint64(0, BigInt(headerBytes + 8), true);
    assert.deepEqual(decodeSafetensors(spaced).metadata, decodeSafetensors(bytes).metadata);
    assert.throws(() => decodeBundle(spaced), /FormatError: "safetensors header" expected the spelling of a bundle/);
  });

  it('answers a forged file, whose hash is right, with a FormatError or a verified content', () => {
    const { model, integer } = quantisedModel(4);
    const { metadata, tensors } = decodeSafetensors(encodeBundle(model, integer));
    const keys = ['relent.model', 'relent.integer-graph', 'relent.format'];
    const names = [...tensors.keys()];
    let accepted = 0;
    fc.assert(
      fc.property(fc.constantFrom(...keys), fc.nat(), fc.string({ maxLength: 3 }), fc.nat(3), (key, at, text, kind) => {
        const forged = new Map(metadata);
        const data = new Map(tensors);
        const name = names[at % names.length]!;
        const old = forged.get(key)!;
        if (kind === 0) data.delete(name);
        else if (kind === 1) data.set(name, { dtype: 'I32', shape: [1], data: Uint8Array.of(255, 255, 255, 127) });
        else
          forged.set(key, old.slice(0, at % old.length) + (kind === 2 ? text : '9') + old.slice((at % old.length) + 1));
        forged.delete('relent.hash');
        forged.set('relent.hash', contentHash(data, forged));
        try {
          decodeBundle(encodeSafetensors(data, forged));
          accepted++;
        } catch (error) {
          isFormatError(error);
        }
      }),
      { seed: 5, numRuns: 200 },
    );
    assert.ok(accepted < 70, `${accepted} forged files accepted`);
  });

  it('says which part is wrong', () => {
    const { model, integer } = quantisedModel(5);
    const { metadata, tensors } = decodeSafetensors(encodeBundle(model, integer));
    const forge = (change: (m: Map<string, string>, t: Map<string, unknown>) => void) => {
      const [m, t] = [new Map(metadata), new Map(tensors)];
      change(m, t);
      m.delete('relent.hash');
      m.set('relent.hash', contentHash(t, m));
      return encodeSafetensors(t, m);
    };
    const refuses = (bytes: Uint8Array, message: RegExp) =>
      assert.throws(
        () => decodeBundle(bytes),
        (error) => isFormatError(error) && message.test((error as Error).message),
      );
    refuses(encodeSafetensors(new Map()), /"relent.format" expected "1", got null/);
    refuses(
      forge((m) => m.set('relent.format', '2')),
      /"relent.format" expected "1", got "2"/,
    );
    refuses(
      forge((_, t) => t.delete('conv0.weight')),
      /"conv0.weight" expected a weight \[2, 2, 1, 1\], got none/,
    );
    refuses(
      forge((_, t) => t.delete('@weight/conv1')),
      /"@weight\/conv1" expected a tensor, got none/,
    );
    refuses(
      forge((_, t) => t.set('@more', tensors.get('conv0.bias'))),
      /"@more" expected no tensor of that name/,
    );
    refuses(
      forge((m) => m.delete('relent.model')),
      /"relent.model" expected an entry, got none/,
    );
    refuses(
      forge((m) => m.set('relent.model', m.get('relent.model')!.replace('"conv"', '"cnov"'))),
      /"relent.model.graph/,
    );
    refuses(
      encodeSafetensors(tensors, new Map([...metadata, ['relent.hash', '0'.repeat(64)]])),
      /"relent.hash" expected/,
    );
  });
});
