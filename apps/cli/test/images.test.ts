import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import sharp from 'sharp';
import { loadImages, normalise } from '../dist/images.js';

const folder = mkdtempSync(join(tmpdir(), 'relent-images-'));
after(() => rmSync(folder, { recursive: true, force: true }));

test('bytes are normalised channel by channel', () => {
  const pixels = normalise(Uint8Array.of(0, 255, 51, 102), { shape: [2, 1, 2], mean: [0, 0.2], std: [1, 0.5] });
  assert.deepEqual([...pixels], [0, 1, 0, 0.4].map(Math.fround));
});

test('a file is cropped in the middle and split into planes', async () => {
  const path = join(folder, 'wide.png');
  // Three columns: red, green, blue; the middle one is what a square crop keeps.
  const bytes = Buffer.from([255, 0, 0, 0, 255, 0, 0, 0, 255]);
  await sharp(bytes, { raw: { width: 3, height: 1, channels: 3 } })
    .png()
    .toFile(path);
  const [image] = await loadImages([path], { shape: [3, 1, 1] });
  assert.deepEqual([...image!.pixels], [0, 1, 0]);
  assert.equal(image!.label, undefined);
});

test('colour becomes grey for a network of one channel', async () => {
  const path = join(folder, 'white.png');
  await sharp({ create: { width: 8, height: 8, channels: 4, background: { r: 255, g: 255, b: 255, alpha: 1 } } })
    .png()
    .toFile(path);
  const [image] = await loadImages([path], { shape: [1, 4, 4] });
  assert.equal(image!.pixels.length, 16);
  assert.ok(image!.pixels.every((value) => value === 1));
});

test('what is no image, and networks without colour channels, are refused by name', async () => {
  const path = join(folder, 'text.png');
  writeFileSync(path, 'text');
  await assert.rejects(loadImages([path], { shape: [3, 4, 4] }), /"IMAGE" expected an image file, got ".*text\.png"/);
  await assert.rejects(loadImages(['gone.png'], { shape: [3, 4, 4] }), /no such file/);
  await assert.rejects(loadImages([path], { shape: [4, 4, 4] }), /1 or 3 input channels/);
});
