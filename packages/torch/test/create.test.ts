import assert from 'node:assert/strict';
import { test } from 'node:test';
import { arange, type DType, fromBuffer, full, ones, randint, scope, tensor, zeros } from '@relent/torch';
import fc from 'fast-check';

test('typed arrays go in and come out, in their own type', () => {
  const arrays = [
    [new Float32Array([1.5, -2, 0]), 'float32'],
    [new Float64Array([1 / 3, -2, 0]), 'float64'],
    [new BigInt64Array([2n ** 62n + 1n, -5n]), 'int64'],
    [new Int32Array([2 ** 31 - 1, -5]), 'int32'],
    [new Int16Array([-7, 300]), 'int16'],
    [new Int8Array([-7, 100]), 'int8'],
    [new Uint8Array([255, 0]), 'uint8'],
  ] as const;
  for (const [array, dtype] of arrays)
    scope(() => {
      const x = tensor(array);
      assert.equal(x.dtype, dtype);
      assert.deepEqual(x.toArray(), array);
    });
});

test('a view into a larger buffer is read where it lies', () => {
  const whole = new Float32Array([9, 1, 2, 9]);
  scope(() => assert.deepEqual(tensor(whole.subarray(1, 3)).toNumbers(), [1, 2]));
});

test('numbers become any type, and come back', () => {
  const types: DType[] = ['float32', 'float64', 'float16', 'bfloat16', 'int64', 'int32', 'int16', 'int8'];
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: -100, max: 100 }), { maxLength: 10 }),
      fc.constantFrom(...types),
      (values, dtype) =>
        scope(() => {
          const x = tensor(values, { dtype });
          assert.equal(x.dtype, dtype);
          assert.deepEqual(
            x.toNumbers(),
            values.map((value) => value + 0),
          );
        }),
    ),
    { numRuns: 60 },
  );
});

test('booleans and 16-bit floats', () => {
  scope(() => {
    assert.deepEqual(tensor([true, false, true], { dtype: 'bool' }).toArray(), new Uint8Array([1, 0, 1]));
    assert.deepEqual(tensor([1.5, -2], { dtype: 'float16' }).toArray(), new Float32Array([1.5, -2]));
    const bits = tensor(new Uint16Array([0x3c00, 0xc000]), { dtype: 'float16' });
    assert.deepEqual(bits.toNumbers(), [1, -2]);
    assert.deepEqual(Array.from(bits.toBytes()), [0x00, 0x3c, 0x00, 0xc0]);
    assert.throws(() => tensor(new Uint16Array(2)), TypeError);
  });
});

test('nested arrays give the shape', () => {
  scope(() => {
    assert.deepEqual(
      tensor([
        [1, 2, 3],
        [4, 5, 6],
      ]).shape,
      [2, 3],
    );
    assert.deepEqual(tensor(7).shape, []);
    assert.deepEqual(tensor([]).shape, [0]);
    assert.throws(() => tensor([[1, 2], [3]]), RangeError);
    assert.throws(() => tensor([[1], 2] as never), TypeError);
    assert.throws(() => tensor(['1'] as never), TypeError);
  });
});

test('elements leave in row-major order whatever the strides', () => {
  scope(() => {
    const x = arange(0, 6).reshape([2, 3]);
    assert.deepEqual(x.transpose(0, 1).toNumbers(), [0, 3, 1, 4, 2, 5]);
    assert.deepEqual(x.narrow(1, 1, 2).toNumbers(), [1, 2, 4, 5]);
    const image = arange(0, 8, 1, { dtype: 'float32' }).reshape([1, 2, 2, 2]);
    assert.deepEqual(image.contiguous('channels_last').strides, [8, 1, 4, 2]);
    assert.deepEqual(image.contiguous('channels_last').toNumbers(), [0, 1, 2, 3, 4, 5, 6, 7]);
    assert.deepEqual(tensor([3]).expand([4]).toNumbers(), [3, 3, 3, 3]);
  });
});

test('a shape that does not fit the data is refused', () => {
  for (const shape of [[2], [3, 2], [-1], [1.5, 2]])
    assert.throws(() => tensor(new Float32Array(3), { shape }), { name: 'RangeError', message: /^"shape" expected/ });
});

test('fillers', () => {
  scope(() => {
    assert.deepEqual(zeros([2]).toNumbers(), [0, 0]);
    assert.deepEqual(ones([2], { dtype: 'int32' }).toArray(), new Int32Array([1, 1]));
    assert.deepEqual(full([2], 7).toArray(), new Float32Array([7, 7]));
    assert.deepEqual(arange(1, 8, 3).toArray(), new BigInt64Array([1n, 4n, 7n]));
    assert.ok(
      randint(3, 5, [50])
        .toNumbers()
        .every((n) => n === 3 || n === 4),
    );
  });
});

test('a shared buffer is the tensor, in both directions', () => {
  scope(() => {
    const array = new Float32Array(new SharedArrayBuffer(16));
    const x = fromBuffer(array, { shape: [2, 2] });
    array[3] = 5;
    assert.deepEqual(x.toNumbers(), [0, 0, 0, 5]);
    x.add_(1);
    assert.deepEqual(Array.from(array), [1, 1, 1, 6]);
    assert.throws(() => fromBuffer(new Float32Array(4)), TypeError);
    assert.throws(() => fromBuffer(array, { shape: [5] }), RangeError);
  });
});
