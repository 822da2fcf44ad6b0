/**
 * `npm run pack -- --out FILE`: one archive that runs relent on a machine of the same kind that reaches no registry; it
 * needs a libtorch and a C++ compiler there, see docs/cuda.md.
 *
 * `--data FOLDER` packs data sets too, `FOLDER/NAME/…`, as parts FILE.data-1, FILE.data-2, … of at most `--limit` MiB.
 *
 * @module
 */
import { spawnSync } from 'node:child_process';
import {
  closeSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { stage } from './pack/contents.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const mib = 2 ** 20;

function run(command, parameters, options = {}) {
  const { status, error } = spawnSync(command, parameters, { stdio: ['ignore', 'inherit', 'inherit'], ...options });
  if (error) throw new Error(`"${command}" does not run: ${error.message}`);
  if (status !== 0) throw new Error(`"${command} ${parameters.join(' ')}" failed`);
}

/** A tar file that depends on names and contents alone. */
function tar(folder, names, output, ...more) {
  const alike = ['--sort=name', '--mtime=@0', '--owner=0', '--group=0', '--numeric-owner'];
  run('tar', [...alike, ...more, '-cf', output, '-C', folder, ...names]);
}

/** This very Node, packed. */
function packNode(folder) {
  // An official build is one file; a small one leans on libraries that may not be there.
  if (statSync(process.execPath).size < 30 * mib)
    throw new Error(
      `"node" expected an executable that stands alone, as from https://nodejs.org, got ${process.execPath}`,
    );
  mkdirSync(folder, { recursive: true });
  const output = openSync(join(folder, 'node.xz'), 'w');
  run('xz', ['-9', '--threads=0', '--stdout', process.execPath], { stdio: ['ignore', output, 'inherit'] });
  closeSync(output);
}

/** Cuts a file into parts of at most `limit` bytes. */
function cut(path, limit, nameOf) {
  const input = openSync(path, 'r');
  const buffer = Buffer.alloc(limit);
  const names = [];
  for (let length = readSync(input, buffer); length > 0; length = readSync(input, buffer)) {
    names.push(nameOf(names.length + 1));
    writeFileSync(names.at(-1), buffer.subarray(0, length));
  }
  closeSync(input);
  return names;
}

/**
 * Packs a folder of data sets as OUT.data-1, OUT.data-2, …
 * @param limit - largest size of a part in bytes.
 * @param work - folder for what is between.
 * @returns the parts, in order.
 */
export function packData(folder, out, limit, work) {
  if (!existsSync(folder)) throw new Error(`"--data" expected a folder with a folder for each data set, got ${folder}`);
  const whole = join(work, 'data.tar.xz');
  tar(resolve(folder), readdirSync(folder).sort(), whole, '--use-compress-program=xz -6 --threads=0', '--dereference');
  return cut(whole, limit, (part) => `${out}.data-${part}`);
}

/** Packs; answers the files that it wrote. */
export function pack({ out, data, limitBytes = 60 * mib }) {
  const file = resolve(out);
  mkdirSync(dirname(file), { recursive: true });
  const work = mkdtempSync(`${file}.partial-`);
  try {
    const folder = join(work, 'relent');
    mkdirSync(folder);
    stage(root, folder);
    packNode(join(folder, 'node'));
    tar(work, ['relent'], file, '--gzip');
    return [file, ...(data === undefined ? [] : packData(data, file, limitBytes, work))];
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const options = { out: { type: 'string' }, data: { type: 'string' }, limit: { type: 'string', default: '60' } };
  try {
    const { values } = parseArgs({ options });
    const limit = Number(values.limit);
    if (values.out === undefined) throw new Error('"--out" expected a file such as relent.tar.gz, got nothing');
    if (!(limit >= 1 && limit <= 2000)) throw new Error(`"--limit" expected MiB from 1 to 2000, got ${values.limit}`);
    const files = pack({ out: values.out, data: values.data, limitBytes: Math.floor(limit * mib) });
    for (const path of files) console.log(`${path}: ${(statSync(path).size / mib).toFixed(1)} MiB`);
    if (statSync(files[0]).size > limit * mib) throw new Error(`${files[0]} is larger than ${limit} MiB`);
  } catch (error) {
    console.error(`pack: ${error.message}`);
    process.exitCode = 1;
  }
}
