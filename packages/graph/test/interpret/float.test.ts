import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  channelGates,
  type FloatTensor,
  GraphBuilder,
  interpretFloat,
  interpretFloatAll,
  layerGates,
  type Model,
  withAffine,
} from '@relent/graph';
import fc from 'fast-check';
import { largestDistance, randomFloats, randomModel, seeded } from '../random-model.js';

function modelOf(b: GraphBuilder, output: string, weights: Record<string, FloatTensor> = {}): Model {
  return {
    graph: b.finish(output),
    weights: new Map(Object.entries(weights)),
    gateMaps: new Map(),
    info: { name: 'test' },
  };
}

function tensor(shape: readonly number[], ...values: number[]): FloatTensor {
  return { shape, data: Float32Array.from(values) };
}

describe('interpretFloat', () => {
  it('convolves as the definition says, for every geometry', () => {
    const small = fc.integer({ min: 1, max: 3 });
    fc.assert(
      fc.property(
        fc.record({ seed: fc.integer(), groups: small, inPerGroup: small, outPerGroup: small }),
        fc.tuple(small, small, small, small, fc.nat(2), fc.nat(2), small, small),
        ({ seed, groups, inPerGroup, outPerGroup }, [kh, kw, sh, sw, ph, pw, dh, dw]) => {
          const b = new GraphBuilder();
          const x = b.input([groups * inPerGroup, 7, 8]);
          const geometry = { kernel: [kh, kw], stride: [sh, sw], padding: [ph, pw], dilation: [dh, dw] } as const;
          const y = b.conv(x, groups * outPerGroup, { ...geometry, groups, bias: true, id: 'c' });
          const model = randomModel(b.finish(y), seed);
          const image = randomFloats(groups * inPerGroup * 56, seeded(seed));
          const out = interpretFloat(model, image);
          const [weight, bias] = [model.weights.get('c.weight')!.data, model.weights.get('c.bias')!.data];
          const [channels, height, width] = b.shapeOf(y) as [number, number, number];
          const expected: number[] = [];
          for (let o = 0; o < channels; o++)
            for (let row = 0; row < height; row++)
              for (let column = 0; column < width; column++) {
                let sum = bias[o]!;
                for (let c = 0; c < inPerGroup; c++)
                  for (let i = 0; i < kh; i++)
                    for (let j = 0; j < kw; j++) {
                      const inY = row * sh + i * dh - ph;
                      const inX = column * sw + j * dw - pw;
                      if (inY < 0 || inY >= 7 || inX < 0 || inX >= 8) continue;
                      const from = Math.floor(o / outPerGroup) * inPerGroup + c;
                      sum += weight[((o * inPerGroup + c) * kh + i) * kw + j]! * image[(from * 7 + inY) * 8 + inX]!;
                    }
                expected.push(sum);
              }
          assert.equal(out.length, expected.length);
          assert.ok(largestDistance(out, expected) < 1e-5);
        },
      ),
      { seed: 1, numRuns: 60 },
    );
  });

  it('pools: averages count the padding, maxima do not', () => {
    const b = new GraphBuilder();
    const x = b.input([1, 2, 2]);
    const average = b.averagePool(x, 2, { padding: 1, stride: 2 });
    const largest = b.maxPool(x, 2, { padding: 1, stride: 2 });
    const mean = b.globalAveragePool(x);
    const joined = b.concat([b.flatten(average), b.flatten(largest), b.flatten(mean)]);
    const out = interpretFloat(modelOf(b, joined), Float32Array.of(-4, -8, -12, 16));
    assert.deepEqual([...out], [-1, -2, -3, 4, -4, -8, -12, 16, -2]);
  });

  it('normalises with the fixed statistics, adds, multiplies', () => {
    const b = new GraphBuilder();
    const x = b.input([2]);
    const norm = b.batchNorm(x, { id: 'n', epsilon: 0 });
    const model = modelOf(b, b.linear(b.add(x, norm), 1, { id: 'l' }), {
      'n.weight': tensor([2], 2, 3),
      'n.bias': tensor([2], 1, -1),
      'n.mean': tensor([2], 5, 0),
      'n.variance': tensor([2], 4, 9),
      'l.weight': tensor([1, 2], 10, 1),
      'l.bias': tensor([1], 0.5),
    });
    assert.deepEqual([...interpretFloat(model, Float32Array.of(7, 6))], [(7 + 3) * 10 + (6 + 5) + 0.5]);
  });

  it('decides d(0) = 0: a prototype at 0 closes its whole group', () => {
    const b = new GraphBuilder();
    const site = b.relu(b.input([2, 1, 3]), { id: 'site' });
    const shared = channelGates([2, 1, 3], { group: [0, 0], prototypes: 'first' });
    const gateMaps = new Map([['site', withAffine(shared, 1, 2)]]);
    const out = interpretFloat({ ...modelOf(b, site), gateMaps }, Float32Array.of(-1, 0, 1, 5, 5, 5));
    assert.deepEqual([...out.subarray(3)], [10, 10, 15]);
  });

  it('solves XOR with one shared gate and two neurons (methods.md §6.1)', () => {
    const b = new GraphBuilder();
    const neurons = b.linear(b.input([2]), 2, { id: 'l' });
    const site = b.relu(neurons, { id: 'site' });
    const shared = channelGates([2, 1, 1], { group: [0, 0], prototypes: [0] });
    const model = {
      ...modelOf(b, site, { 'l.weight': tensor([2, 2], 1, 1, -1, -1), 'l.bias': tensor([2], -0.5, 2) }),
      gateMaps: new Map([['site', shared]]),
    };
    const xor = (x1: number, x2: number) => interpretFloat(model, Float32Array.of(x1, x2))[1];
    assert.deepEqual([xor(0, 0), xor(0, 1), xor(1, 0), xor(1, 1)], [0, 1, 1, 0]);
  });

  it('lets a later site obey an earlier one, with its own affine pair', () => {
    const b = new GraphBuilder();
    const first = b.relu(b.input([1, 1, 2]), { id: 'first' });
    const second = b.relu(b.conv(first, 2, { kernel: 1, bias: true, id: 'c' }), { id: 'second' });
    const complement = withAffine(
      layerGates([2, 1, 2], 'first', [0, 0]),
      Float32Array.of(1, -1),
      Float32Array.of(0, 1),
    );
    const model = {
      ...modelOf(b, second, { 'c.weight': tensor([2, 1, 1, 1], 1, 1), 'c.bias': tensor([2], 5, 5) }),
      gateMaps: new Map([['second', complement]]),
    };
    assert.deepEqual([...interpretFloat(model, Float32Array.of(-1, 3))].map(Math.abs), [0, 8, 5, 0]);
  });

  it('gives every value on request, and refuses a wrong image or a missing weight', () => {
    const b = new GraphBuilder();
    const model = modelOf(b, b.conv(b.input([1, 2, 2]), 1, { kernel: 1, id: 'c' }), {
      'c.weight': tensor([1, 1, 1, 1], 2),
    });
    const values = interpretFloatAll(model, Float32Array.of(1, 2, 3, 4));
    assert.deepEqual([...values.keys()], ['input', 'c']);
    assert.deepEqual([...values.get('c')!], [2, 4, 6, 8]);
    assert.throws(() => interpretFloat(model, new Float32Array(3)), /"image" expected 4 values for \[1, 2, 2\], got 3/);
    assert.throws(
      () => interpretFloat({ ...model, weights: new Map() }, new Float32Array(4)),
      /RangeError: "c.weight" expected a weight, got none/,
    );
  });
});
