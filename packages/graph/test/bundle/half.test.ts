import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { decodeBundle, decodeSafetensors, encodeBundle, type Model } from '@relent/graph';
import fc from 'fast-check';
import { fromHalf, toHalf } from '../../dist/bundle/half.js';
import { threeSites } from '../random-gates.js';
import { randomModel } from '../random-model.js';

describe('numbers of 16 bits', () => {
  it('read and write every pattern', () => {
    for (let bits = 0; bits < 65536; bits++) {
      const value = fromHalf(bits);
      if (Number.isNaN(value)) assert.ok((toHalf(value) & 0x7fff) > 0x7c00);
      else assert.equal(toHalf(value), bits);
    }
  });

  it('have the values of the standard', () => {
    const known: [number, number][] = [
      [0x3c00, 1],
      [0xc000, -2],
      [0x7bff, 65504],
      [0x0400, 2 ** -14],
      [0x0001, 2 ** -24],
      [0x3555, 0.333251953125],
    ];
    for (const [bits, value] of known) assert.equal(fromHalf(bits), value);
  });

  it('round to the nearest, ties to even, and beyond the largest to infinity', () => {
    assert.equal(toHalf(2 ** -25), 0);
    assert.equal(toHalf(3 * 2 ** -25), 2);
    assert.equal(toHalf(1 + 2 ** -11), 0x3c00);
    assert.equal(toHalf(1 + 3 * 2 ** -11), 0x3c02);
    assert.equal(toHalf(65519), 0x7bff);
    assert.equal(toHalf(-65520), 0xfc00);
    const float = fc.oneof(
      fc.float({ noNaN: true, min: -65504, max: 65504 }),
      fc.float({ noNaN: true, min: Math.fround(-1e-4), max: Math.fround(1e-4) }),
    );
    fc.assert(
      fc.property(float, (value) => {
        const bits = toHalf(Math.abs(value));
        const distance = (other: number) => Math.abs(fromHalf(other) - Math.abs(value));
        assert.ok(bits === 0 || distance(bits) <= distance(bits - 1));
        assert.ok(bits === 0x7bff || distance(bits) <= distance(bits + 1));
      }),
      { numRuns: 2000 },
    );
  });
});

describe('a bundle with weights of 16 bits', () => {
  const model: Model = randomModel(threeSites([2, 3, 2], 4, 3), 5);

  it('holds kernels in half the bytes, vectors as they are, and reads back as float32', () => {
    const whole = encodeBundle(model);
    const halved = encodeBundle(model, null, { weights: 'float16' });
    assert.ok(halved.length < whole.length);
    const stored = decodeSafetensors(halved).tensors;
    const back = decodeBundle(halved).model;
    for (const [name, { shape, data }] of model.weights) {
      const expected = shape.length > 1 ? data.map((value) => fromHalf(toHalf(value))) : data;
      assert.equal(stored.get(name)!.dtype, shape.length > 1 ? 'F16' : 'F32');
      assert.deepEqual(back.weights.get(name), { shape, data: expected });
    }
    // What is rounded once is not rounded again.
    assert.deepEqual(encodeBundle(back, null, { weights: 'float16' }), halved);
  });

  it('refuses a weight that 16 bits cannot hold', () => {
    const [name, { shape, data }] = [...model.weights].find(([, weight]) => weight.shape.length > 1)!;
    const large = new Map(model.weights).set(name, { shape, data: data.map((v, i) => (i === 3 ? 1e6 : v)) });
    const options = { weights: 'float16' } as const;
    assert.throws(() => encodeBundle({ ...model, weights: large }, null, options), {
      name: 'RangeError',
      message: `"${name}" expected values up to 65504 to store in 16 bits, got 1000000`,
    });
  });
});
