import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, it } from 'node:test';
import { FormatError } from '@relent/graph';
import { IGNORED_LABEL, loadDataset } from '@relent/train';
import sharp from 'sharp';
import { create } from 'tar';

const root = mkdtempSync(join(tmpdir(), 'relent-camvid-'));
after(() => rmSync(root, { recursive: true }));

const hasXz = spawnSync('xz', ['--version']).status === 0;
const archive = 'camvid-240x180-jpg95.tar.xz';

/** One picture a split: grey rising with the split, labels that run through all classes and the void. */
async function write(folder: string, labelOf: (pixel: number) => number): Promise<string> {
  const inside = join(root, folder);
  for (const [i, name] of ['train', 'val', 'test'].entries()) {
    for (const part of [name, `${name}annot`]) mkdirSync(join(inside, part), { recursive: true });
    const grey = sharp({
      create: { width: 240, height: 180, channels: 3, background: { r: 40 * (i + 1), g: 0, b: 0 } },
    });
    await grey.jpeg({ quality: 95 }).toFile(join(inside, name, 'a.jpg'));
    const labels = Buffer.from(Uint8Array.from({ length: 43_200 }, (_, p) => labelOf(p)));
    await sharp(labels, { raw: { width: 240, height: 180, channels: 1 } })
      .toColourspace('b-w')
      .png()
      .toFile(join(inside, `${name}annot`, 'a.png'));
  }
  await create({ cwd: inside, file: join(inside, 'all.tar') }, [
    'train',
    'trainannot',
    'val',
    'valannot',
    'test',
    'testannot',
  ]);
  const packed = spawnSync('xz', ['--stdout', join(inside, 'all.tar')], { maxBuffer: 2 ** 26 });
  writeFileSync(join(inside, archive), packed.stdout);
  return inside;
}

it('reads images, labels and the three splits of the archive', {
  skip: hasXz ? false : 'xz is not installed',
}, async () => {
  const folder = await write('good', (p) => p % 12);
  const data = await loadDataset('camvid', { folder });
  assert.deepEqual([data.train.count, data.validation.count, data.test.count], [1, 1, 1]);
  assert.deepEqual(data.inputShape, [3, 180, 240]);
  assert.equal(data.classes.length, 11);
  assert.deepEqual([...data.train.labels.slice(9, 14)], [9, 10, IGNORED_LABEL, 0, 1]);
  assert.ok(Math.abs(data.validation.images[0]! - 80) <= 2 && Math.abs(data.test.images[0]! - 120) <= 2);
  await assert.rejects(loadDataset('camvid', { folder, validation: 5 }), /"validation" expected nothing/);
});

it('names what is wrong with an archive', { skip: hasXz ? false : 'xz is not installed' }, async () => {
  const folder = await write('bad', () => 12);
  await assert.rejects(loadDataset('camvid', { folder }), /trainannot\/a\.png" expected classes up to 11, got 12/);
  const whole = readFileSync(join(folder, archive));
  writeFileSync(join(folder, archive), whole.subarray(0, whole.length / 2));
  await assert.rejects(loadDataset('camvid', { folder }), FormatError);
});
