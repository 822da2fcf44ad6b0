// Compiles native/*.cc into build/relent_torch.node: g++ or clang++ directly, against libtorch and Node's C headers.
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { availableParallelism } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const nativeFolder = join(root, 'native');
const buildFolder = join(root, 'build');
const addon = join(buildFolder, 'relent_torch.node');
const stamp = join(buildFolder, 'relent_torch.stamp');

const missing = (reason) =>
  new Error(
    `libtorch was not found: ${reason}\n` +
      'Install it:  apt-get install libtorch-dev      (Debian, Ubuntu; as root)\n' +
      'or unpack a libtorch for your system and name it:  export LIBTORCH=/path/to/libtorch\n' +
      "(that of Python's package torch is found by itself)\n" +
      'then type:  node packages/torch/scripts/build.mjs',
  );

/**
 * Finds libtorch: `$LIBTORCH` (a folder with include/ and lib/), else the system's or that of Python's package torch,
 * the first with CUDA before the first.
 * @returns {{ include: string, lib: string, version: string, cuda: boolean, cxx11: boolean }}
 */
export function findLibtorch(env = process.env) {
  const inside = (folder) => ({ include: join(folder, 'include'), lib: join(folder, 'lib') });
  if (env.LIBTORCH) {
    const own = libtorchAt(inside(env.LIBTORCH));
    if (own) return own;
    throw missing(`$LIBTORCH is ${env.LIBTORCH}`);
  }
  const python = pythonTorch(env);
  const candidates = [
    ...['x86_64-linux-gnu', 'aarch64-linux-gnu', '.'].flatMap((triple) => [
      { include: '/usr/include', lib: join('/usr/lib', triple) },
      { include: '/usr/local/include', lib: join('/usr/local/lib', triple) },
    ]),
    inside('/opt/libtorch'),
    ...(python ? [inside(python)] : []),
  ];
  const found = candidates.flatMap((candidate) => libtorchAt(candidate) ?? []);
  const chosen = found.find(({ cuda }) => cuda) ?? found[0];
  if (chosen) return chosen;
  throw missing("no $LIBTORCH, and none in the system folders or in Python's packages");
}

function libtorchAt({ include, lib }) {
  const header = join(include, 'torch/csrc/api/include/torch/version.h');
  const library = ['libtorch_cpu.so', 'libtorch_cpu.dylib'].find((name) => existsSync(join(lib, name)));
  if (!library || !existsSync(header)) return null;
  const cuda = existsSync(join(lib, 'libtorch_cuda.so'));
  return { include, lib, version: libtorchVersion(header), cuda, cxx11: usesCxx11Strings(lib) };
}

/** The folder of Python's package torch, which holds a libtorch; `null` without one. Python does not load it. */
export function pythonTorch(env = process.env) {
  const program =
    'from importlib.util import find_spec as f; s = f("torch"); print(s.submodule_search_locations[0] if s else "")';
  const { stdout, status } = spawnSync(env.PYTHON ?? 'python3', ['-c', program], { encoding: 'utf8', env });
  return status === 0 && stdout.trim() !== '' ? stdout.trim() : null;
}

// Since 2.7 version.h only includes the header that holds the numbers.
function libtorchVersion(header) {
  const moved = join(dirname(header), '../../../../headeronly/version.h');
  const text = [header, moved]
    .filter((path) => existsSync(path))
    .map((path) => readFileSync(path, 'utf8'))
    .join('\n');
  const parts = ['MAJOR', 'MINOR', 'PATCH'].map((part) => text.match(new RegExp(`TORCH_VERSION_${part} (\\d+)`))?.[1]);
  if (parts.includes(undefined)) throw missing(`${header} names no version`);
  return parts.join('.');
}

// Some 2.x builds use the old std::string layout; the addon must be compiled alike.
function usesCxx11Strings(lib) {
  const library = join(lib, 'libc10.so');
  return !existsSync(library) || readFileSync(library).includes('NSt7__cxx1112basic_string');
}

/**
 * Builds the addon unless it is up to date.
 * @param {{ log?: (line: string) => void, env?: NodeJS.ProcessEnv }} [options]
 * @returns {Promise<{ built: boolean, path: string, libtorch: string }>}
 */
export async function buildAddon({ log = () => {}, env = process.env } = {}) {
  const libtorch = findLibtorch(env);
  const compiler = env.CXX ?? 'g++';
  const headers = createRequire(import.meta.url)('node-api-headers').include_dir;
  const sources = readdirSync(nativeFolder).filter((name) => name.endsWith('.cc'));
  const flags = compileFlags(libtorch, headers);
  const links = linkFlags(libtorch);
  const hash = createHash('sha256').update(JSON.stringify([compiler, flags, links, libtorch]));
  for (const name of readdirSync(nativeFolder).sort()) hash.update(name).update(readFileSync(join(nativeFolder, name)));
  const digest = hash.digest('hex');
  const upToDate = existsSync(addon) && existsSync(stamp) && readFileSync(stamp, 'utf8') === digest;
  if (upToDate) return { built: false, path: addon, libtorch: libtorch.version };

  requireCompiler(compiler);
  // Objects in a folder of this process: two builds at once do not meet.
  const objectFolder = join(buildFolder, `objects-${process.pid}`);
  mkdirSync(objectFolder, { recursive: true });
  log(`torch: compiling ${sources.length} files against libtorch ${libtorch.version}${libtorch.cuda ? ' (CUDA)' : ''}`);
  const objects = sources.map((name) => join(objectFolder, name.replace(/\.cc$/, '.o')));
  const jobs = sources.map((name, i) => ['-c', join(nativeFolder, name), '-o', objects[i], ...flags]);
  try {
    const workers = Array.from({ length: Math.min(8, availableParallelism()) }, async () => {
      for (let job = jobs.shift(); job; job = jobs.shift()) await run(compiler, job);
    });
    await Promise.all(workers);
    // Linked beside the target and renamed: a process that has the old addon mapped keeps it.
    const fresh = join(objectFolder, 'relent_torch.node');
    await run(compiler, ['-shared', '-o', fresh, ...objects, ...links]);
    renameSync(fresh, addon);
  } finally {
    rmSync(objectFolder, { recursive: true, force: true });
  }
  writeFileSync(stamp, digest);
  return { built: true, path: addon, libtorch: libtorch.version };
}

/** The compiler's flags for C++ against this libtorch and, if given, Node's C headers. */
export function compileFlags(libtorch, headers) {
  const include = [libtorch.include, join(libtorch.include, 'torch/csrc/api/include')];
  // Headers of CUDA are not needed, but a libtorch with CUDA may come to include them.
  const toolkit = join(process.env.CUDA_HOME ?? '/usr/local/cuda', 'include');
  if (libtorch.cuda && existsSync(toolkit)) include.push(toolkit);
  // 2.x headers are full of warnings of their own, hence -isystem.
  const system = include.filter((folder) => folder !== '/usr/include').flatMap((folder) => ['-isystem', folder]);
  return [
    libtorch.version.startsWith('1.') ? '-std=c++17' : '-std=c++20',
    '-O2',
    '-fPIC',
    '-fvisibility=hidden',
    '-Wall',
    '-Wextra',
    '-Wno-unused-parameter',
    `-D_GLIBCXX_USE_CXX11_ABI=${libtorch.cxx11 ? 1 : 0}`,
    '-DNAPI_VERSION=8',
    ...system,
    ...(headers ? ['-I', headers] : []),
  ];
}

/** The linker's flags for this libtorch. */
export function linkFlags(libtorch) {
  if (process.platform === 'darwin')
    return [
      '-undefined',
      'dynamic_lookup',
      '-L',
      libtorch.lib,
      '-ltorch',
      '-ltorch_cpu',
      '-lc10',
      `-Wl,-rpath,${libtorch.lib}`,
    ];
  // CUDA kernels register themselves when their library loads, though no symbol of it is used here.
  const cuda = libtorch.cuda ? ['-ltorch_cuda', '-lc10_cuda'] : [];
  return [
    '-L',
    libtorch.lib,
    '-Wl,--no-as-needed',
    '-ltorch',
    '-ltorch_cpu',
    ...cuda,
    '-lc10',
    `-Wl,-rpath,${libtorch.lib}`,
  ];
}

function requireCompiler(compiler) {
  try {
    execFileSync(compiler, ['--version'], { stdio: 'ignore' });
  } catch {
    throw new Error(`no C++ compiler: "${compiler}" does not run. Install one:  apt-get install g++   (or set $CXX)`);
  }
}

/** Runs a compiler; its output is in the error if it fails. */
export function run(command, parameters) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, parameters, { stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk) => {
        output += chunk;
      });
    }
    child.on('error', reject);
    child.on('close', (code) => {
      if (code === 0) resolve(undefined);
      else reject(new Error(`${command} failed (${code}) on ${parameters[1]}\n${output}`));
    });
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  try {
    const started = performance.now();
    const { built, libtorch } = await buildAddon({ log: (line) => console.log(line) });
    const seconds = ((performance.now() - started) / 1000).toFixed(1);
    console.log(
      built ? `torch: built for libtorch ${libtorch} in ${seconds} s` : `torch: up to date (libtorch ${libtorch})`,
    );
  } catch (error) {
    console.error(error.message);
    process.exitCode = 1;
  }
}
