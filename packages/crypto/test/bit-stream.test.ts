import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BitReader, BitWriter, ProtocolError, packBits, reduceUnsigned } from '@relent/crypto';
import fc from 'fast-check';

const field = fc.tuple(fc.integer(), fc.integer({ min: 0, max: 32 }));

test('fields of any width come back, and take no bit more than they hold', () => {
  fc.assert(
    fc.property(fc.array(field), (fields) => {
      const total = fields.reduce((sum, [, width]) => sum + width, 0);
      const writer = new BitWriter(total);
      for (const [value, width] of fields) writer.write(value, width);
      const bytes = writer.finish();
      assert.equal(bytes.length, Math.ceil(total / 8));
      const reader = new BitReader(bytes, total, 'test');
      for (const [value, width] of fields) {
        assert.equal(reader.read(width) >>> 0, width === 0 ? 0 : reduceUnsigned(value, width));
      }
      reader.finish();
    }),
  );
});

test('arrays and planes come back sign-extended and packed', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: -512, max: 511 })), fc.integer({ min: 0, max: 7 }), (list, skew) => {
      const values = Int32Array.from(list);
      const plane = packBits(Uint8Array.from(list, (value) => value & 1));
      const total = skew + 11 * list.length;
      const writer = new BitWriter(total);
      writer.write(0, skew);
      writer.writeAll(values, 10);
      writer.writePlane(plane, list.length);
      const reader = new BitReader(writer.finish(), total, 'test');
      reader.read(skew);
      assert.deepEqual(reader.readAll(list.length, 10), values);
      assert.deepEqual(reader.readPlane(list.length), plane);
      reader.finish();
    }),
  );
});

test('a wrong length or a set padding bit is malformed', () => {
  const malformed = (bytes: Uint8Array, bits: number): void => {
    assert.throws(
      () => new BitReader(bytes, bits, 'here'),
      (error) => error instanceof ProtocolError && error.code === 'malformed' && error.step === 'here',
    );
  };
  malformed(new Uint8Array(1), 9);
  malformed(new Uint8Array(3), 9);
  malformed(Uint8Array.of(0, 2), 9);
  new BitReader(Uint8Array.of(0, 1), 9, 'here');
});

test('writer and reader insist on the promised size', () => {
  const writer = new BitWriter(3);
  writer.write(1, 2);
  assert.throws(() => writer.finish(), RangeError);
  const reader = new BitReader(new Uint8Array(1), 3, 'here');
  assert.throws(() => reader.finish(), RangeError);
});
