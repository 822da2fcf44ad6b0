/**
 * Results of earlier runs: a stage runs again only when its settings or what it builds on have changed.
 *
 * @module
 */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { formatMs } from '../format.js';
import { printLine } from '../output.js';

/** What a stage needs to say of itself. */
export interface Stage<T> {
  readonly name: string;
  readonly title: string;
  /** All that its result depends on; another value makes it run again. */
  readonly dependsOn: unknown;
  /** Files it writes; one that is gone makes it run again. */
  readonly files: readonly string[];
  readonly run: () => Promise<T>;
}

/** Runs stages and remembers their results as JSON in a folder. */
export class StageRunner {
  constructor(private readonly folder: string) {
    mkdirSync(folder, { recursive: true });
  }

  /** Runs a stage, or answers what it gave before. */
  async run<T>({ name, title, dependsOn, files, run }: Stage<T>): Promise<T> {
    const path = join(this.folder, `${name}.json`);
    const key = createHash('sha256').update(JSON.stringify(dependsOn)).digest('hex');
    const stored = this.#stored<T>(path, key);
    if (stored !== undefined && files.every((file) => existsSync(file))) {
      printLine(`✓ ${title} (from an earlier run)`);
      return stored;
    }
    printLine(`▸ ${title} …`);
    const started = performance.now();
    const result = await run();
    writeFileSync(`${path}.partial`, JSON.stringify({ key, result }, null, 2));
    renameSync(`${path}.partial`, path);
    printLine(`✓ ${title} (${formatMs(performance.now() - started)})`);
    return result;
  }

  #stored<T>(path: string, key: string): T | undefined {
    if (!existsSync(path)) return undefined;
    try {
      const { key: storedKey, result } = JSON.parse(readFileSync(path, 'utf8')) as { key: string; result: T };
      return storedKey === key ? result : undefined;
    } catch {
      // A stamp that cannot be read is as good as none.
      return undefined;
    }
  }
}
