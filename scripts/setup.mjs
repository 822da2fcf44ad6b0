/**
 * `npm run setup`: installs and builds what is missing, and says what it does.
 *
 * Uses nothing outside Node itself, since it runs before `npm ci` has. Every step looks first and acts only when
 * something is missing or out of date, so a second run only looks.
 *
 * @module
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { pythonTorch } from '../packages/torch/scripts/build.mjs';
import { aptAvailable, aptInstall, findChromium, installCommand, isRoot } from './system-packages.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));

/** A step that cannot be done here; the message tells the user what to type. */
export class SetupError extends Error {
  name = 'SetupError';
}

const say = (text) => console.log(`setup: ${text}`);

function readJson(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return null;
  }
}

function checkNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major < 20 || (major === 20 && minor < 19))
    throw new SetupError(`Node 20.19 or later is needed, this is ${process.versions.node} (https://nodejs.org)`);
}

/** Whether the packages in node_modules are those of package-lock.json; packages of other platforms may be absent. */
export function packagesAreCurrent(folder) {
  const wanted = readJson(join(folder, 'package-lock.json'))?.packages;
  const present = readJson(join(folder, 'node_modules', '.package-lock.json'))?.packages;
  if (!wanted || !present) return false;
  return Object.entries(wanted).every(([path, { version, link, optional }]) => {
    if (!path.startsWith('node_modules/')) return true;
    const found = present[path];
    if (found === undefined) return optional === true;
    if (!existsSync(join(folder, path))) return optional === true;
    return link === found.link && version === found.version;
  });
}

function installPackages() {
  if (packagesAreCurrent(root)) return say('npm packages are there');
  say('npm ci (npm packages) …');
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
  const done = spawnSync(npm, ['ci', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: root,
    stdio: 'inherit',
    // ONNX Runtime would download its CUDA libraries, which no test uses.
    env: { ...process.env, ONNXRUNTIME_NODE_INSTALL: 'skip' },
  });
  if (done.status !== 0)
    throw new SetupError('"npm ci" failed, see above; run it again when the registry is reachable');
}

/** The folder of a libtorch, or null: `$LIBTORCH` first, then the system's. */
function findLibtorch() {
  const own = process.env.LIBTORCH;
  if (own) {
    if (existsSync(join(own, 'include', 'torch')) || existsSync(join(own, 'include', 'ATen'))) return own;
    throw new SetupError(`$LIBTORCH expected a folder with include/torch, got ${JSON.stringify(own)}`);
  }
  const system = ['/usr', '/usr/local', '/opt/libtorch'].find((folder) => existsSync(join(folder, 'include', 'ATen')));
  return system ?? pythonTorch();
}

const hasCompiler = () => spawnSync(process.env.CXX ?? 'g++', ['--version'], { stdio: 'ignore' }).status === 0;
const hasFashionMnist = () => existsSync('/usr/share/datasets/fashion-mnist');

/** libtorch and a compiler are needed; the data set of the quickstart is wanted. */
function installSystemPackages() {
  const libtorch = findLibtorch();
  const compiler = hasCompiler();
  // Debian's libtorch pulls in the reference BLAS unless a fast one is there.
  const needed = [...(compiler ? [] : ['g++']), ...(libtorch ? [] : ['libtorch-dev', 'libopenblas0-pthread'])];
  if (libtorch) say(`libtorch is there (${libtorch})`);
  if (compiler) say('a C++ compiler is there');

  if (needed.length > 0) {
    if (!aptAvailable() || !isRoot())
      throw new SetupError(
        `${needed.join(' and ')} missing. Type:\n\n    ${installCommand(needed)}\n\nthen run this again.`,
      );
    aptInstall(needed, say);
  }
  if (hasFashionMnist()) return say('Fashion-MNIST is there');
  if (aptAvailable() && isRoot()) {
    try {
      return aptInstall(['dataset-fashion-mnist'], say);
    } catch {
      return say('no package dataset-fashion-mnist here: "relent data get fashion-mnist" will fetch it instead');
    }
  }
  say('Fashion-MNIST is not installed: "relent data get fashion-mnist" fetches it');
}

/** A browser for the tests of the client; where there is none and none can be installed, those tests are skipped. */
export function installChromium() {
  if (findChromium() !== null) return say('Chromium is there');
  if (!aptAvailable() || !isRoot())
    return say(`no Chromium: the tests in it will be skipped. To have them: ${installCommand(['chromium'])}`);
  try {
    return aptInstall(['chromium'], say);
  } catch (error) {
    return say(`no Chromium: the tests in it will be skipped, since ${error.message}`);
  }
}

function runNode(what, path, args = []) {
  if (!existsSync(path)) throw new SetupError(`${path} is missing: is this a complete clone?`);
  const done = spawnSync(process.execPath, [path, ...args], { cwd: root, stdio: 'inherit' });
  if (done.status !== 0) throw new SetupError(`${what} failed, see above`);
}

/** Does everything; throws a {@link SetupError} that says what to do when a step is impossible here. */
export function setup() {
  const started = performance.now();
  checkNode();
  installPackages();
  installSystemPackages();
  say('libtorch addon …');
  runNode('building the libtorch addon', join(root, 'packages/torch/scripts/build.mjs'));
  say('WebAssembly kernels …');
  runNode('building the WebAssembly kernels', join(root, 'packages/kernels/scripts/build.mjs'));
  say('TypeScript …');
  runNode('compiling TypeScript', join(root, 'node_modules/typescript/bin/tsc'), ['-b']);
  say(`ready (${((performance.now() - started) / 1000).toFixed(1)} s)`);
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  try {
    setup();
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    console.error(`setup: ${error.message}`);
    process.exitCode = 1;
  }
}
