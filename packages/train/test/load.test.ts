import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { gzipSync } from 'node:zlib';
import { FormatError } from '@relent/graph';
import sharp from 'sharp';
import { listDatasets } from '../dist/data/catalogue.js';
import { loadDataset, loadImageFolder, locateDataset } from '../dist/data/load.js';

const root = mkdtempSync(join(tmpdir(), 'relent-load-'));
after(() => rmSync(root, { recursive: true }));

function folder(name: string, files: Record<string, Uint8Array>): string {
  const path = join(root, name);
  mkdirSync(path, { recursive: true });
  for (const [file, bytes] of Object.entries(files)) writeFileSync(join(path, file), bytes);
  return path;
}

/** `count` records of CIFAR whose pixels all equal the record's number. */
function records(count: number, labels: readonly number[]): Uint8Array {
  const length = labels.length + 3072;
  const bytes = new Uint8Array(count * length);
  for (let i = 0; i < count; i++) {
    bytes.fill(i, i * length, (i + 1) * length);
    bytes.set(labels, i * length);
  }
  return bytes;
}

const cifar10: Record<string, Uint8Array> = {
  ...Object.fromEntries([1, 2, 3, 4, 5].map((i) => [`data_batch_${i}.bin`, records(4, [i])])),
  'test_batch.bin': records(3, [7]),
};

function idx(shape: readonly number[], data: readonly number[]): Uint8Array {
  const header = new DataView(new ArrayBuffer(4 + 4 * shape.length));
  header.setUint32(0, 0x0800 + shape.length);
  for (const [i, n] of shape.entries()) header.setUint32(4 + 4 * i, n);
  return Uint8Array.from([...new Uint8Array(header.buffer), ...data]);
}

describe('loadDataset', () => {
  it('reads CIFAR-10 records in order', async () => {
    const data = await loadDataset('cifar-10', { folder: folder('c10', cifar10), validation: 0 });
    assert.deepEqual([...data.train.labels], [1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5]);
    assert.equal(data.train.images[5 * 3072], 1);
    assert.deepEqual([data.test.count, data.test.labels[2], data.test.images[2 * 3072]], [3, 7, 2]);
  });

  it('keeps the fine label of CIFAR-100', async () => {
    const files = { 'train.bin': records(4, [3, 42]), 'test.bin': records(2, [1, 99]) };
    const data = await loadDataset('cifar-100', { folder: folder('c100', files), validation: 1 });
    assert.deepEqual([data.train.labels[0], data.test.labels[1], data.validation.count], [42, 99, 1]);
    assert.equal(data.classes[42], 'leopard');
  });

  it('reads IDX files, plain and gzipped', async () => {
    const files = {
      'train-images-idx3-ubyte.gz': gzipSync(idx([2, 1, 2], [1, 2, 3, 4])),
      'train-labels-idx1-ubyte': idx([2], [5, 6]),
      't10k-images-idx3-ubyte': idx([1, 1, 2], [9, 8]),
      't10k-labels-idx1-ubyte': idx([1], [0]),
    };
    const data = await loadDataset('mnist', { folder: folder('mnist', files), validation: 0 });
    assert.deepEqual([...data.train.images, ...data.train.labels, ...data.test.images], [1, 2, 3, 4, 5, 6, 9, 8]);
  });

  it('rejects damaged files with a FormatError that names them', async () => {
    const cut = { ...cifar10, 'data_batch_3.bin': records(4, [1]).subarray(1) };
    const wrong = { ...cifar10, 'data_batch_3.bin': records(4, [10]) };
    for (const [name, files] of Object.entries({ cut, wrong }))
      await assert.rejects(loadDataset('cifar-10', { folder: folder(name, files) }), (error: Error) => {
        assert.ok(error instanceof FormatError);
        assert.match(error.message, /data_batch_3\.bin" expected/);
        return true;
      });
  });

  it('says what is missing and how to get it', async () => {
    await assert.rejects(loadDataset('imagenet'), /"dataset" expected one of mnist, .*, got imagenet/);
    await assert.rejects(
      loadDataset('cifar-10', { folder: folder('empty', {}) }),
      /expected the file data_batch_1\.bin/,
    );
    const { RELENT_DATA, XDG_CACHE_HOME } = process.env;
    Object.assign(process.env, { RELENT_DATA: root, XDG_CACHE_HOME: root });
    try {
      await assert.rejects(loadDataset('tiny-imagenet-200'), /got nothing; run: relent data get tiny-imagenet-200/);
    } finally {
      for (const [name, value] of Object.entries({ RELENT_DATA, XDG_CACHE_HOME }))
        if (value === undefined) delete process.env[name];
        else process.env[name] = value;
    }
  });

  it('lists a mean and a standard deviation for every channel', () => {
    for (const { inputShape, mean, std, classes } of listDatasets()) {
      assert.deepEqual([mean.length, std.length], [inputShape[0], inputShape[0]]);
      assert.equal(new Set(classes).size, classes.length);
    }
  });
});

describe('loadImageFolder', () => {
  it('takes the folders as classes and scales the images', async () => {
    const path = join(root, 'pictures');
    for (const [name, red] of [
      ['cats', 0],
      ['dogs', 250],
    ] as const) {
      mkdirSync(join(path, name), { recursive: true });
      for (let i = 0; i < 5; i++)
        await sharp({ create: { width: 9, height: 7, channels: 3, background: { r: red, g: i, b: 0 } } })
          .png()
          .toFile(join(path, name, `${i}.png`));
    }
    const data = await loadImageFolder(path, [3, 4, 4], { validation: 2 });
    assert.deepEqual(data.classes, ['cats', 'dogs']);
    assert.deepEqual([data.train.count, data.validation.count, data.test.count], [6, 2, 2]);
    for (const [i, label] of data.train.labels.entries())
      assert.equal(data.train.images[i * 48], label === 0 ? 0 : 250);
  });

  it('names the file that is no image', async () => {
    const path = join(root, 'broken');
    mkdirSync(join(path, 'a'), { recursive: true });
    writeFileSync(join(path, 'a', 'x.png'), 'not a picture');
    await assert.rejects(loadImageFolder(path, [3, 4, 4]), /x\.png" expected an image/);
  });
});

describe('locateDataset', () => {
  it('finds a data set by its files, not by its folder', () => {
    const before = process.env.RELENT_DATA;
    process.env.RELENT_DATA = mkdtempSync(join(root, 'data-'));
    try {
      const path = join(process.env.RELENT_DATA, 'cifar-10');
      mkdirSync(path);
      assert.notEqual(locateDataset('cifar-10'), path);
      for (const [file, bytes] of Object.entries(cifar10)) writeFileSync(join(path, file), bytes);
      assert.equal(locateDataset('cifar-10'), path);
      assert.throws(() => locateDataset('cifar-11'), RangeError);
    } finally {
      if (before === undefined) delete process.env.RELENT_DATA;
      else process.env.RELENT_DATA = before;
    }
  });
});
