import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { deflateRawSync } from 'node:zlib';
import { FormatError } from '@relent/graph';
import { unpackZip } from '../dist/data/zip.js';

const root = mkdtempSync(join(tmpdir(), 'relent-zip-'));
after(() => rmSync(root, { recursive: true }));

/** A ZIP archive; texts of more than ten characters are deflated. */
function zip(files: Record<string, string>): Buffer {
  const locals: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const [name, text] of Object.entries(files)) {
    const method = text.length > 10 ? 8 : 0;
    const packed = method === 8 ? deflateRawSync(text) : Buffer.from(text);
    const local = Buffer.alloc(30);
    local.writeUInt32LE(0x04034b50, 0);
    local.writeUInt16LE(name.length, 26);
    const entry = Buffer.alloc(46);
    entry.writeUInt32LE(0x02014b50, 0);
    entry.writeUInt16LE(method, 10);
    entry.writeUInt32LE(packed.length, 20);
    entry.writeUInt16LE(name.length, 28);
    entry.writeUInt32LE(offset, 42);
    locals.push(local, Buffer.from(name), packed);
    directory.push(entry, Buffer.from(name));
    offset += 30 + name.length + packed.length;
  }
  const size = directory.reduce((sum, part) => sum + part.length, 0);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(Object.keys(files).length, 10);
  end.writeUInt32LE(size, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...locals, ...directory, end]);
}

describe('unpackZip', () => {
  it('unpacks stored and deflated entries without the leading folder', () => {
    const path = join(root, 'good.zip');
    const long = 'many words '.repeat(20);
    writeFileSync(path, zip({ 'set/': '', 'set/a.txt': 'short', 'set/deep/b.txt': long }));
    unpackZip(path, join(root, 'out'), 1);
    assert.equal(readFileSync(join(root, 'out/a.txt'), 'utf8'), 'short');
    assert.equal(readFileSync(join(root, 'out/deep/b.txt'), 'utf8'), long);
  });

  it('refuses paths outside the folder, and files that are no archive', () => {
    const path = join(root, 'bad.zip');
    writeFileSync(path, zip({ 'set/../../evil.txt': 'x' }));
    assert.throws(() => unpackZip(path, join(root, 'out'), 1), FormatError);
    assert.equal(existsSync(join(root, 'evil.txt')), false);
    writeFileSync(path, 'no archive');
    assert.throws(() => unpackZip(path, join(root, 'out'), 1), FormatError);
  });
});
