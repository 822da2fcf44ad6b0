/**
 * What the test's pages load: the client as it is published, and calls of the packages below it.
 *
 * @module
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** One file of the published bundle. */
export interface BundledFile {
  readonly name: string;
  readonly bytes: number;
  readonly gzipBytes: number;
}

/** Writes the client's bundle, and a bare page that imports it, into a folder that is emptied first. */
export async function bundleTestPage(folder: string): Promise<readonly BundledFile[]> {
  const script = new URL('../../packages/client/scripts/build.mjs', import.meta.url).href;
  const { buildClient } = (await import(script)) as {
    buildClient(folder: string): Promise<readonly BundledFile[]>;
  };
  const files = await buildClient(folder);
  await build({
    entryPoints: { page: join(root, 'test', 'browser', 'page', 'calls.ts') },
    outdir: folder,
    bundle: true,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    alias: { '@relent/client': './relent-client.js' },
    external: ['./relent-client.js'],
    logLevel: 'error',
  });
  writeFileSync(
    join(folder, 'bare.html'),
    '<!doctype html><title>bare</title><script type="module" src="page.js"></script>',
  );
  return files;
}
