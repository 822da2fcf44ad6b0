import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { decodeSafetensors, encodeSafetensors, FormatError, type RawDType, type RawTensor } from '@relent/graph';
import fc from 'fast-check';

const bytesOf = { F64: 8, I64: 8, F32: 4, I32: 4, F16: 2, BF16: 2, I16: 2, I8: 1, U8: 1, BOOL: 1 } as const;

const rawTensor: fc.Arbitrary<RawTensor> = fc
  .tuple(fc.constantFrom(...(Object.keys(bytesOf) as RawDType[])), fc.array(fc.nat(3), { maxLength: 3 }))
  .chain(([dtype, shape]) => {
    const length = shape.reduce((n, m) => n * m, bytesOf[dtype]);
    return fc.uint8Array({ minLength: length, maxLength: length }).map((data) => ({ dtype, shape, data }));
  });

const file = fc.record({
  tensors: fc.array(fc.tuple(fc.string({ unit: 'grapheme', maxLength: 6 }), rawTensor), { maxLength: 5 }),
  metadata: fc.array(fc.tuple(fc.string({ unit: 'grapheme', maxLength: 6 }), fc.string({ unit: 'grapheme' }))),
});

function header(json: string, data = 0): Uint8Array {
  const text = new TextEncoder().encode(json);
  const bytes = new Uint8Array(8 + text.length + data);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(text.length), true);
  bytes.set(text, 8);
  return bytes;
}

describe('safetensors', () => {
  it('decodes what it encodes, whatever the names and types', () => {
    fc.assert(
      fc.property(file, ({ tensors, metadata }) => {
        const before = { tensors: new Map(tensors), metadata: new Map(metadata) };
        const after = decodeSafetensors(encodeSafetensors(before.tensors, before.metadata));
        assert.deepEqual(after.metadata, before.metadata);
        assert.deepEqual(new Set(after.tensors.keys()), new Set(before.tensors.keys()));
        for (const [name, tensor] of before.tensors) {
          assert.equal(after.tensors.get(name)!.dtype, tensor.dtype);
          assert.deepEqual(after.tensors.get(name)!.shape, tensor.shape);
          assert.deepEqual([...after.tensors.get(name)!.data], [...tensor.data]);
        }
      }),
      { seed: 1 },
    );
  });

  it('gives the same bytes for the same content in another order', () => {
    fc.assert(
      fc.property(file, ({ tensors, metadata }) => {
        const [t, m] = [new Map(tensors), new Map(metadata)];
        const reversed = encodeSafetensors(new Map([...t].reverse()), new Map([...m].reverse()));
        assert.deepEqual(encodeSafetensors(t, m), reversed);
      }),
      { seed: 2 },
    );
  });

  it('reads the example layout of the format, with data at an odd address', () => {
    const bytes = header('{"__metadata__":{"k":"é"},"x":{"dtype":"I16","shape":[2],"data_offsets":[0,4]}}  ', 4);
    bytes.set([1, 0, 255, 255], bytes.length - 4);
    const moved = new Uint8Array(bytes.length + 1);
    moved.set(bytes, 1);
    const { metadata, tensors } = decodeSafetensors(moved.subarray(1));
    assert.equal(metadata.get('k'), 'é');
    assert.deepEqual([...tensors.get('x')!.data], [1, 0, 255, 255]);
  });

  it('answers any bytes and any change of a file with a FormatError or a content', () => {
    const attempt = (bytes: Uint8Array) => {
      try {
        decodeSafetensors(bytes);
      } catch (error) {
        assert.ok(error instanceof FormatError, String(error));
      }
    };
    fc.assert(
      fc.property(file, fc.nat(), fc.nat(255), fc.nat(), ({ tensors, metadata }, at, byte, cut) => {
        const bytes = encodeSafetensors(new Map(tensors), new Map(metadata));
        attempt(bytes.subarray(0, cut % bytes.length));
        bytes[at % bytes.length] = byte;
        attempt(bytes);
      }),
      { seed: 3, numRuns: 150 },
    );
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), fc.string({ unit: 'binary' }), (bytes, text) => {
        attempt(bytes);
        attempt(header(text));
        attempt(header(`{${text}}`));
      }),
      { seed: 4, numRuns: 150 },
    );
  });

  it('refuses files that lie', () => {
    const entry = (offsets: string, shape = '[4]', dtype = '"U8"') =>
      `{"dtype":${dtype},"shape":${shape},"data_offsets":${offsets}}`;
    const wrong: [Uint8Array, RegExp][] = [
      [new Uint8Array(7), /"safetensors" expected at least 8 bytes, got 7/],
      [header('{}').subarray(0, 9), /header" expected 2 bytes, got a file with 1 left/],
      [header(`{"x":${entry('[0,4]')}}`, 3), /offsets within 3 bytes/],
      [header(`{"x":${entry('[0,4]')}}`, 5), /"safetensors data" expected 4 bytes, got 5/],
      [header(`{"x":${entry('[0,4]')},"y":${entry('[2,6]')}}`, 6), /"y.data_offsets" expected to start at 4, got 2/],
      [header(`{"x":${entry('[1,5]')}}`, 5), /"x.data_offsets" expected to start at 0, got 1/],
      [header(`{"x":${entry('[0,4]')},"x":${entry('[4,8]')}}`, 8), /expected unique keys, got "x" twice/],
      [header(`{"x":${entry('[0,4]', '[5]')}}`, 4), /"x" expected 5 bytes for U8 \[5\], got 4/],
      [header(`{"x":${entry('[0,4]', '[-4]')}}`, 4), /"x.shape" expected/],
      [header(`{"x":${entry('[0,4]', '[1e300,1e300]')}}`, 4), /"x.shape" expected/],
      [header(`{"x":${entry('[0,4]', '[4]', '"F7"')}}`, 4), /"x.dtype" expected one of .*, got "F7"/],
      [header(`{"x":${entry('[0,4]', '[4]', '"toString"')}}`, 4), /"x.dtype" expected one of/],
      [header('{"__metadata__":{"k":1}}'), /"__metadata__.k" expected a string, got number/],
      [header('[]'), /begin with "{"/],
      [header('{"x"'), /expected JSON/],
    ];
    const large = header('{}');
    new DataView(large.buffer).setBigUint64(0, 2n ** 63n, true);
    wrong.push([large, /expected at most 100000000 bytes/]);
    for (const [bytes, message] of wrong)
      assert.throws(
        () => decodeSafetensors(bytes),
        (error) => error instanceof FormatError && message.test(error.message),
        String(message),
      );
  });

  it('refuses to write a tensor whose data do not fit its shape', () => {
    const tensor: RawTensor = { dtype: 'F32', shape: [2, 2], data: new Uint8Array(15) };
    assert.throws(
      () => encodeSafetensors(new Map([['x', tensor]])),
      /RangeError: "x" expected 16 bytes of data, got 15/,
    );
  });
});
