/**
 * Unpacks ZIP archives: stored and deflated entries, 32-bit sizes.
 *
 * Source: PKWARE, APPNOTE.TXT, sections 4.3.7 and 4.3.12.
 * @module
 */
import { closeSync, fstatSync, mkdirSync, openSync, readSync, writeFileSync } from 'node:fs';
import { dirname, join, normalize, sep } from 'node:path';
import { inflateRawSync } from 'node:zlib';
import { FormatError } from '@relent/graph';

const END_OF_DIRECTORY = 0x06054b50;
const DIRECTORY_ENTRY = 0x02014b50;
const END_SIZE = 22;

/**
 * Writes every file of the archive below `folder`, leaving `strip` leading path components out.
 * @throws FormatError if the archive is damaged, uses an unknown method, or names a path outside the folder.
 */
export function unpackZip(archive: string, folder: string, strip: number): void {
  const file = openSync(archive, 'r');
  const read = (at: number, length: number): Buffer => {
    const bytes = Buffer.alloc(length);
    if (readSync(file, bytes, 0, length, at) !== length)
      throw new FormatError(`"${archive}" expected ${length} bytes at ${at}, got fewer`);
    return bytes;
  };
  try {
    const size = fstatSync(file).size;
    const tailLength = Math.min(size, END_SIZE + 0xffff);
    const tail = read(size - tailLength, tailLength);
    let end = tail.length - END_SIZE;
    while (end >= 0 && tail.readUInt32LE(end) !== END_OF_DIRECTORY) end--;
    if (end < 0) throw new FormatError(`"${archive}" expected a ZIP archive, got no central directory`);
    const entries = tail.readUInt16LE(end + 10);
    const directory = read(tail.readUInt32LE(end + 16), tail.readUInt32LE(end + 12));
    // 0xffff entries and more are counted in the 64-bit records; the directory itself ends the walk then.
    for (let at = 0, entry = 0; at < directory.length && (entry < entries || entries === 0xffff); entry++) {
      if (directory.length - at < 46 || directory.readUInt32LE(at) !== DIRECTORY_ENTRY) {
        if (entries === 0xffff) break;
        throw new FormatError(`"${archive}" expected ${entries} directory entries, got ${entry}`);
      }
      const method = directory.readUInt16LE(at + 10);
      const packedSize = directory.readUInt32LE(at + 20);
      const nameLength = directory.readUInt16LE(at + 28);
      const extra = directory.readUInt16LE(at + 30) + directory.readUInt16LE(at + 32);
      const offset = directory.readUInt32LE(at + 42);
      const name = directory.toString('utf8', at + 46, at + 46 + nameLength);
      at += 46 + nameLength + extra;
      const relative = normalize(name.split('/').slice(strip).join('/'));
      if (name.endsWith('/') || relative === '.') continue;
      if (relative.startsWith('..') || relative.startsWith(sep))
        throw new FormatError(`"${archive}" expected paths inside the archive, got one outside`);
      const header = read(offset, 30);
      const packed = read(offset + 30 + header.readUInt16LE(26) + header.readUInt16LE(28), packedSize);
      if (method !== 0 && method !== 8)
        throw new FormatError(`"${archive}" expected stored or deflated entries, got method ${method}`);
      const path = join(folder, relative);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, method === 0 ? packed : inflateRawSync(packed));
    }
  } finally {
    closeSync(file);
  }
}
