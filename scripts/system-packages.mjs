/**
 * Packages of the operating system: installed with apt-get as root on Debian and Ubuntu, else the command to type.
 *
 * @module
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';

/** Whether this process may install packages. */
export const isRoot = () => process.getuid?.() === 0;

/** Whether this is a Debian or Ubuntu with apt-get. */
export const aptAvailable = () => existsSync('/usr/bin/apt-get');

/** The path of a Chromium, or null: `$CHROMIUM` first, then the system's. */
export function findChromium() {
  const paths = [process.env.CHROMIUM, '/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
  return paths.find((path) => path && existsSync(path)) ?? null;
}

const environment = { ...process.env, DEBIAN_FRONTEND: 'noninteractive', LC_ALL: 'C' };
let listsAreFresh = false;

/** Runs apt-get; its output is shown only when it fails. */
function apt(args) {
  const done = spawnSync('apt-get', args, { env: environment, encoding: 'utf8', maxBuffer: 1 << 28 });
  if (done.status === 0) return done.stdout;
  const tail = `${done.stdout ?? ''}${done.stderr ?? ''}`.trimEnd().split('\n').slice(-15).join('\n');
  throw new Error(`"apt-get ${args.join(' ')}" failed:\n${tail}`);
}

/**
 * Installs packages with apt-get, saying how much there is to do.
 * @throws Error with the end of apt-get's output if it fails.
 */
export function aptInstall(packages, say) {
  if (!listsAreFresh) {
    say('apt-get update …');
    apt(['update', '-q']);
    listsAreFresh = true;
  }
  const install = ['install', '-y', '-q', '--no-install-recommends'];
  const plan = apt([...install, '--simulate', ...packages]);
  const count = plan.split('\n').filter((line) => line.startsWith('Inst ')).length;
  say(`apt-get install ${packages.join(' ')} (${count} packages, about a minute) …`);
  // The package files are read once and dropped: a container image need not keep them.
  apt([...install, ...packages]);
  say(`installed ${packages.join(' ')}`);
}

/** The one command that installs `packages` (Debian's names) on this system. */
export function installCommand(packages) {
  const names = packages.join(' ');
  if (aptAvailable()) return `${isRoot() ? '' : 'sudo '}apt-get install -y --no-install-recommends ${names}`;
  const release = existsSync('/etc/os-release') ? readFileSync('/etc/os-release', 'utf8') : '';
  if (/^ID(_LIKE)?=.*fedora/m.test(release))
    return `sudo dnf install ${names.replace('g++', 'gcc-c++').replace('libtorch-dev', 'python3-torch-devel')}`;
  if (/^ID(_LIKE)?=.*arch/m.test(release))
    return `sudo pacman -S ${names.replace('g++', 'gcc').replace('libtorch-dev', 'python-pytorch')}`;
  if (process.platform === 'darwin')
    return packages.includes('libtorch-dev')
      ? 'brew install pytorch && export LIBTORCH="$(brew --prefix pytorch)"'
      : 'xcode-select --install';
  return `export LIBTORCH=/path/to/libtorch   # unpacked from https://pytorch.org, C++/libtorch`;
}
