import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PadLayout, readPad } from '../../dist/gate/pads.js';

test('segments follow each other, and lengths say so', () => {
  const layout = new PadLayout();
  assert.deepEqual(layout.add(2, 3), { instance: 0, count: 2, offset: 0 });
  assert.deepEqual(layout.addRagged(Uint32Array.of(1, 4), 5), { instance: 2, count: 2, offset: 6 });
  assert.deepEqual(layout.add(1, 2), { instance: 4, count: 1, offset: 31 });
  assert.equal(layout.count, 5);
  assert.deepEqual([...layout.lengths()], [3, 3, 5, 20, 2]);
});

test('readPad reads little-endian integers of 0 to 4 bytes', () => {
  const bytes = Uint8Array.of(9, 0x11, 0x22, 0x33, 0x84);
  const read = [0, 1, 2, 3, 4].map((width) => readPad(bytes, 1, width) >>> 0);
  assert.deepEqual(read, [0, 0x11, 0x2211, 0x332211, 0x84332211]);
});
