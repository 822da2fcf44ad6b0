/**
 * Node, processor, compiler, browser and folders.
 *
 * @module
 */
import { execFileSync } from 'node:child_process';
import { accessSync, constants, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { arch, availableParallelism, cpus, totalmem } from 'node:os';
import { delimiter, join } from 'node:path';
import { formatBytes } from '../format.js';
import { type Finding, reasonOf } from './finding.js';

/** The Node that runs this. */
export function findNode(version = process.versions.node): Finding {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const ok = major > 20 || (major === 20 && minor >= 19);
  const detail = `${version} (${process.platform}-${arch()})`;
  return {
    name: 'Node',
    ok,
    needed: true,
    detail: ok ? detail : `${detail}, 20.19 or later is needed`,
    ...(ok ? {} : { mend: 'get it from https://nodejs.org' }),
  };
}

/** Processors, memory, and the instruction sets that libtorch makes use of. */
export function findProcessor(): Finding {
  const info = existsSync('/proc/cpuinfo') ? readFileSync('/proc/cpuinfo', 'utf8') : '';
  const flags = new Set(/^(?:flags|Features)\s*:\s*(.*)$/m.exec(info)?.[1]?.split(/\s+/));
  const sets = ['avx2', 'fma', 'avx512f', 'avx512_vnni', 'avx512_bf16', 'amx_tile', 'asimd', 'sve'].filter((name) =>
    flags.has(name),
  );
  const model = cpus()[0]?.model.replace(/\s+/g, ' ').trim() || 'processor';
  const threads = availableParallelism();
  const parts = [`${model}, ${threads} threads, ${formatBytes(totalmem())} of memory`, ...sets];
  return { name: 'processor', ok: true, needed: false, detail: parts.join(', ') };
}

/** An executable on the search path, or null. */
function onPath(name: string): string | null {
  const folders = (process.env.PATH ?? '').split(delimiter);
  return folders.map((folder) => join(folder, name)).find((path) => existsSync(path)) ?? null;
}

/** The compiler that builds the addon. */
export function findCompiler(): Finding {
  const command = process.env.CXX ?? 'g++';
  try {
    const [version = ''] = execFileSync(command, ['--version'], { encoding: 'utf8', stdio: 'pipe' }).split('\n');
    return { name: 'C++ compiler', ok: true, needed: false, detail: version };
  } catch {
    const detail = `no ${command}; only building the addon needs it`;
    return { name: 'C++ compiler', ok: false, needed: false, detail, mend: 'apt-get install -y g++' };
  }
}

/** The browser that the tests of the client run in. */
export function findChromium(): Finding {
  const { CHROMIUM } = process.env;
  const named = CHROMIUM && existsSync(CHROMIUM) ? CHROMIUM : null;
  const path = named ?? onPath('chromium') ?? onPath('chromium-browser') ?? onPath('google-chrome');
  const name = 'Chromium';
  if (path !== null) return { name, ok: true, needed: false, detail: path };
  const detail = 'not found; only the tests in a browser need it';
  return { name, ok: false, needed: false, detail, mend: 'apt-get install -y chromium' };
}

/** The folder that data sets are written to. */
export function findCache(folder: string): Finding {
  const finding = { name: 'cache folder', needed: true };
  try {
    mkdirSync(folder, { recursive: true });
    accessSync(folder, constants.W_OK);
    return { ...finding, ok: true, detail: folder };
  } catch (error) {
    const mend = 'export XDG_CACHE_HOME=/a/folder/that/can/be/written';
    return { ...finding, ok: false, detail: `${folder}: ${reasonOf(error)}`, mend };
  }
}
