import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Pixels, pixelsToInput } from '@relent/client';

function pixelsOf(width: number, height: number, at: (x: number, y: number) => readonly number[]): Pixels {
  const data = new Uint8ClampedArray(4 * width * height);
  for (let y = 0; y < height; y++) for (let x = 0; x < width; x++) data.set(at(x, y), 4 * (y * width + x));
  return { width, height, data };
}

/** The result's bytes again. */
const bytesOf = (input: Float32Array) => [...input].map((value) => Math.round(value * 255));

test('an opaque image of the right size keeps its bytes, plane by plane, normalised', () => {
  const pixels = pixelsOf(3, 2, (x, y) => [x, 10 + y, 20 + x + y, 255]);
  assert.deepEqual(bytesOf(pixelsToInput(pixels, { shape: [3, 2, 3] })), [
    ...[0, 1, 2, 0, 1, 2],
    ...[10, 10, 10, 11, 11, 11],
    ...[20, 21, 22, 21, 22, 23],
  ]);
  const input = pixelsToInput(pixels, { shape: [3, 2, 3], mean: [0.5, 0, 0], std: [0.25, 1, 2] });
  assert.equal(input[1], Math.fround((1 / 255 - 0.5) / 0.25));
  assert.equal(input[12], Math.fround(20 / 255 / 2));
});

test('one plane is the luma, and transparency is black', () => {
  const grey = pixelsOf(2, 1, (x) => (x === 0 ? [255, 255, 255, 255] : [200, 100, 50, 255]));
  assert.deepEqual(bytesOf(pixelsToInput(grey, { shape: [1, 1, 2] })), [255, 124]);
  const clear = pixelsOf(2, 1, (x) => [200, 100, 50, x === 0 ? 0 : 128]);
  assert.deepEqual(bytesOf(pixelsToInput(clear, { shape: [3, 1, 2] })), [0, 100, 0, 50, 0, 25]);
});

test('the middle is taken, in the proportions of the network', () => {
  const wide = pixelsOf(9, 3, (x) => [x >= 3 && x < 6 ? 100 : 250, 0, 0, 255]);
  assert.deepEqual(bytesOf(pixelsToInput(wide, { shape: [1, 3, 3] })), new Array(9).fill(30));
  const tall = pixelsOf(3, 9, (_, y) => [y >= 3 && y < 6 ? 100 : 250, 0, 0, 255]);
  assert.deepEqual(bytesOf(pixelsToInput(tall, { shape: [1, 3, 3] })), new Array(9).fill(30));
});

test('scaling keeps a constant, a ramp, and the mean', () => {
  const flat = pixelsOf(31, 17, () => [77, 77, 77, 255]);
  for (const shape of [
    [3, 4, 4],
    [3, 40, 60],
  ])
    assert.ok(bytesOf(pixelsToInput(flat, { shape })).every((byte) => byte === 77));
  const ramp = pixelsOf(64, 64, (x) => [4 * x, 4 * x, 4 * x, 255]);
  const [first = 0, ...rest] = bytesOf(pixelsToInput(ramp, { shape: [1, 8, 8] })).slice(0, 8);
  // Away from the border the mean position of a pixel's taps is its centre: 8 source pixels, 32 grey levels a step.
  assert.ok(rest.slice(0, 6).every((byte, i) => Math.abs(byte - (14 + 32 * (i + 1))) <= 1));
  assert.ok(first >= 14 && first <= 24);
  const checks = pixelsOf(32, 32, (x, y) => ((x + y) % 2 === 0 ? [255, 255, 255, 255] : [0, 0, 0, 255]));
  assert.ok(bytesOf(pixelsToInput(checks, { shape: [1, 8, 8] })).every((byte) => Math.abs(byte - 127.5) <= 1));
});

test('rejects pixels that are not what they say, and networks of other channels', () => {
  const wrong = { width: 2, height: 2, data: new Uint8ClampedArray(12) };
  assert.throws(() => pixelsToInput(wrong, { shape: [3, 2, 2] }), /"image" expected 2 × 2 pixels of 4 bytes, got 12/);
  const empty = { width: 0, height: 0, data: new Uint8ClampedArray(0) };
  assert.throws(() => pixelsToInput(empty, { shape: [3, 2, 2] }), RangeError);
  assert.throws(() => pixelsToInput(wrong, { shape: [4, 2, 2] }), /"shape" expected \[1 or 3, H, W\], got \[4, 2, 2\]/);
});
