/**
 * Where data sets lie: `$RELENT_DATA` first, then the cache folder.
 * @module
 */
import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** The folder that relent keeps things in which can be fetched or computed again. */
export function cacheFolder(): string {
  const root = process.env.XDG_CACHE_HOME;
  return join(root && root !== '' ? root : join(homedir(), '.cache'), 'relent');
}

/** Where a fetched data set is written: `$RELENT_DATA/NAME`, else `data/NAME` in the cache folder. */
export function dataFolder(name: string): string {
  const root = process.env.RELENT_DATA;
  return root && root !== '' ? join(root, name) : join(cacheFolder(), 'data', name);
}

/**
 * The folders that may hold a data set, most specific first.
 * @param name - The data set's name.
 * @param layoutFolder - The folder its canonical archive unpacks to, such as `cifar-10-batches-bin`.
 */
export function candidateFolders(name: string, layoutFolder: string | null): string[] {
  const roots = [process.env.RELENT_DATA, join(cacheFolder(), 'data')].filter((r): r is string => !!r);
  const folders: string[] = [];
  for (const root of roots) {
    const nested = layoutFolder === null ? [] : [layoutFolder];
    folders.push(
      join(root, name),
      ...nested.map((f) => join(root, name, f)),
      ...nested.map((f) => join(root, f)),
      root,
    );
  }
  return folders;
}

/** The first candidate folder that holds all the files (each plain or with `.gz` added), or `null`. */
export function findDataFolder(name: string, layoutFolder: string | null, files: readonly string[]): string | null {
  const holds = (folder: string) =>
    files.every((file) => existsSync(join(folder, file)) || existsSync(join(folder, `${file}.gz`)));
  return candidateFolders(name, layoutFolder).find(holds) ?? null;
}
