/**
 * Weights that an ONNX model keeps in files beside it.
 *
 * @module
 */
import { closeSync, fstatSync, openSync, readSync, realpathSync } from 'node:fs';
import { dirname, isAbsolute, join, relative, sep } from 'node:path';
import { FormatError } from '@relent/graph';
import type { ExternalData } from '@relent/onnx';

/**
 * A reader of the files beside `model`. A file elsewhere is not read, whatever the model says: not by an absolute path,
 * not through "..", not through a link.
 */
export function externalDataOf(model: string): ExternalData {
  const folder = realpathSync(dirname(model));
  return (location, offset, length) => {
    const fail = (expected: string, got: string) =>
      new FormatError(`"external_data" of ${JSON.stringify(location)} expected ${expected}, got ${got}`);
    if (location === '' || isAbsolute(location) || location.includes('\0')) throw fail('a relative path', 'another');
    const path = realPath(join(folder, location)) ?? '';
    if (path === '') throw fail(`a file in ${folder}`, 'none');
    const inside = relative(folder, path);
    if (inside === '..' || inside.startsWith(`..${sep}`) || isAbsolute(inside))
      throw fail(`a file in ${folder}`, 'one outside it');
    const file = openSync(path, 'r');
    try {
      const { size } = fstatSync(file);
      const wanted = length ?? size - offset;
      if (wanted < 0 || offset + wanted > size) throw fail(`${offset + wanted} bytes`, `a file of ${size}`);
      const bytes = new Uint8Array(wanted);
      for (let done = 0; done < wanted; ) {
        const count = readSync(file, bytes, done, wanted - done, offset + done);
        if (count === 0) throw fail(`${wanted} bytes`, `${done}`);
        done += count;
      }
      return bytes;
    } finally {
      closeSync(file);
    }
  };
}

function realPath(path: string): string | null {
  try {
    return realpathSync(path);
  } catch {
    return null;
  }
}
