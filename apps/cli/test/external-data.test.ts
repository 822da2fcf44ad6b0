import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { externalDataOf } from '../dist/external-data.js';

describe('weights beside a model', () => {
  const folder = mkdtempSync(join(tmpdir(), 'relent-external-'));
  const model = join(folder, 'in', 'net.onnx');
  before(() => {
    mkdirSync(join(folder, 'in', 'deep'), { recursive: true });
    writeFileSync(join(folder, 'secret'), 'secret');
    writeFileSync(join(folder, 'in', 'deep', 'w.bin'), '0123456789');
    symlinkSync(join(folder, 'secret'), join(folder, 'in', 'link'));
  });
  after(() => rmSync(folder, { recursive: true, force: true }));
  const read = (location: string, offset: number, length?: number) =>
    String.fromCharCode(...externalDataOf(model)(location, offset, length));

  test('are read from where the file says', () => {
    assert.equal(read('deep/w.bin', 2, 3), '234');
    assert.equal(read('deep/w.bin', 7), '789');
  });
  const refused: readonly [string, string, number, number | undefined, RegExp][] = [
    ['outside the folder', '../secret', 0, 3, /one outside it/],
    ['behind a link', 'link', 0, 3, /one outside it/],
    ['at an absolute path', join(folder, 'secret'), 0, 3, /a relative path/],
    ['in no file', 'w.bin', 0, 3, /got none/],
    ['beyond the end', 'deep/w.bin', 8, 3, /11 bytes, got a file of 10/],
    ['of 2 GB that are not there', 'deep/w.bin', 0, 2 ** 31, /a file of 10/],
    ['from beyond the end on', 'deep/w.bin', 11, undefined, /a file of 10/],
  ];
  for (const [what, location, offset, length, message] of refused)
    test(`are not read ${what}`, () => assert.throws(() => read(location, offset, length), message));
});
