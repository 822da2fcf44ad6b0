/**
 * Bundles the client for pages that use no bundler of their own: `relent-client.js` to import, and beside it `worker.js`
 * and the chunks that both share.
 *
 *     node packages/client/scripts/build.mjs [FOLDER]
 *
 * @module
 */
import { readFileSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';

const folder = fileURLToPath(new URL('..', import.meta.url));

/**
 * Writes the bundle. Fails if anything of Node is in it.
 * @param {string} outdir - is emptied first.
 * @returns {Promise<{ name: string, bytes: number, gzipBytes: number }[]>} its files, and what they take compressed.
 */
export async function buildClient(outdir) {
  rmSync(outdir, { recursive: true, force: true });
  const { metafile } = await build({
    entryPoints: {
      'relent-client': join(folder, 'dist', 'index.js'),
      worker: join(folder, 'dist', 'worker.js'),
    },
    outdir,
    bundle: true,
    splitting: true,
    minify: true,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    legalComments: 'eof',
    metafile: true,
    logLevel: 'error',
  });
  return Object.keys(metafile.outputs).map((path) => {
    const name = basename(path);
    const content = readFileSync(join(outdir, name));
    return { name, bytes: content.length, gzipBytes: gzipSync(content, { level: 9 }).length };
  });
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const files = await buildClient(process.argv[2] ?? join(folder, 'bundle'));
  for (const { name, bytes, gzipBytes } of files) console.log(`${name}: ${bytes} bytes, ${gzipBytes} compressed`);
  console.log(`all: ${files.reduce((sum, { gzipBytes }) => sum + gzipBytes, 0)} compressed`);
}
