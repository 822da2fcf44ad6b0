/**
 * What an archive of relent holds: everything that running it takes, nothing that building or testing it does.
 *
 * @module
 */
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';

/** Declarations and source maps serve development only. */
const leftOut = /\.(d\.[cm]?ts|d\.[cm]?ts\.map|js\.map|cjs\.map|mjs\.map|tsbuildinfo)$/;

/** Beside the packages that run: what compiles the addon there. */
const needed = ['node_modules/node-api-headers'];

/** Folders and files of a workspace that travel, where it has them. */
const parts = ['package.json', 'bin', 'dist', 'generated', 'native', 'scripts'];

/** Further files of the repository that travel. */
const documents = ['package.json', 'LICENSE', 'README.md', 'docs', 'bench/plans'];

function copy(root, target, path) {
  const from = join(root, path);
  const filter = (file) => !leftOut.test(file) && !/(^|\/)(test|tests|__tests__)$/.test(relative(from, file));
  mkdirSync(dirname(join(target, path)), { recursive: true });
  cpSync(from, join(target, path), { recursive: true, filter, verbatimSymlinks: true });
}

/** The installed packages that are not for development alone, by the lock file; [path, entry] each. */
function production(root) {
  const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'));
  return Object.entries(packages).filter(
    ([path, entry]) =>
      path.startsWith('node_modules/') &&
      existsSync(join(root, path)) &&
      (needed.includes(path) || (!entry.dev && !entry.devOptional)),
  );
}

/**
 * Copies what is needed of a built clone into an empty folder.
 * @throws Error if the clone is not built.
 */
export function stage(root, target) {
  const kernels = 'packages/kernels/generated/kernels-wasm.js';
  for (const file of [kernels, 'apps/cli/dist/main.js'])
    if (!existsSync(join(root, file))) throw new Error(`${file} is missing; type: npm run setup`);
  for (const group of ['packages', 'apps'])
    for (const name of readdirSync(join(root, group)))
      for (const part of parts)
        if (existsSync(join(root, group, name, part))) copy(root, target, join(group, name, part));
  for (const path of documents) if (existsSync(join(root, path))) copy(root, target, path);
  for (const [path, { link, resolved }] of production(root)) {
    if (!link) copy(root, target, path);
    else {
      const place = join(target, path);
      mkdirSync(dirname(place), { recursive: true });
      symlinkSync(relative(dirname(place), join(target, resolved)), place);
    }
  }
  copy(join(root, 'scripts/pack'), target, 'relent-here');
}
