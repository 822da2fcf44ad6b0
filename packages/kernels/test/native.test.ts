/**
 * The C kernels, compiled natively: under the address and undefined-behaviour sanitizers, and under valgrind with secrets marked as
 * undefined, which finds branches and addresses that depend on them. Broken kernels show that each check finds its fault.
 */
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'relent-native-'));
after(() => rmSync(folder, { recursive: true, force: true }));

const sources = ['c', 'native'].flatMap((part) =>
  readdirSync(join(root, part))
    .filter((name) => name.endsWith('.c'))
    .map((name) => join(root, part, name)),
);
// SSE4.1 and popcnt stand for WebAssembly's SIMD and popcnt: without them the compiler's library counts bits by a table.
const common = ['-std=gnu11', '-g', '-Wall', '-Wextra', '-Werror', '-Wno-psabi', '-msse4.1', '-mpopcnt'];
const sanitized = ['-O1', '-fsanitize=address,undefined', '-fno-sanitize-recover=all'];
const tainted = ['-O2', '-DWITH_VALGRIND'];
const valgrind = ['--quiet', '--error-exitcode=9', '--leak-check=no'];

/** The first compiler that makes a program with these flags, or null. */
function compilerFor(flags: readonly string[], probe: string): string | null {
  const source = join(folder, 'probe.c');
  writeFileSync(source, probe);
  for (const compiler of ['gcc', 'clang']) {
    const made = spawnSync(compiler, [...common, ...flags, source, '-o', join(folder, 'probe')], { stdio: 'ignore' });
    if (made.status === 0) return compiler;
  }
  return null;
}

/** Compiles the driver; rejects with the compiler's messages. */
function compile(compiler: string, flags: readonly string[], output: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(compiler, [...common, ...flags, ...sources, '-o', output], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let messages = '';
    child.stderr.on('data', (piece: Buffer) => {
      messages += piece.toString();
    });
    child.on('error', reject);
    child.on('close', (code) => (code === 0 ? resolve() : reject(new Error(messages))));
  });
}

function run(command: string, words: readonly string[]) {
  const { status, stdout, stderr } = spawnSync(command, words, { encoding: 'utf8' });
  return { status, stdout, stderr };
}

const onX86 = process.arch === 'x64' && process.platform === 'linux';
const sanitizing = onX86 ? compilerFor(sanitized, 'int main(void) { return 0; }\n') : null;
const tainting = onX86
  ? compilerFor(tainted, '#include <valgrind/memcheck.h>\nint main(void) { return RUNNING_ON_VALGRIND; }\n')
  : null;
const hasValgrind = spawnSync('valgrind', ['--version'], { stdio: 'ignore' }).status === 0;

const noSanitizer = sanitizing === null ? 'needs gcc or clang with its sanitizers, on x86-64 Linux' : false;
test('kernels under the address and undefined-behaviour sanitizers', { skip: noSanitizer }, async () => {
  const driver = join(folder, 'sanitized');
  await compile(sanitizing ?? '', sanitized, driver);
  const whole = run(driver, []);
  assert.equal(whole.status, 0, whole.stderr);
  assert.match(whole.stdout, /^[0-9a-f]{8}\n$/);
  for (const [fault, found] of [
    ['bound', /heap-buffer-overflow/],
    ['shift', /shift exponent 40 is too large/],
  ] as const) {
    const { status, stderr } = run(driver, [fault]);
    assert.notEqual(status, 0, fault);
    assert.match(stderr, found);
  }
});

const noValgrind =
  tainting === null || !hasValgrind ? 'needs gcc or clang, valgrind and its headers, on x86-64 Linux' : false;
test('no branch and no address of a kernel depends on a secret', { skip: noValgrind }, async () => {
  const driver = join(folder, 'tainted');
  await compile(tainting ?? '', tainted, driver);
  const whole = run('valgrind', [...valgrind, driver]);
  assert.equal(whole.status, 0, whole.stderr);
  for (const [fault, found] of [
    ['branch', /Conditional jump or move depends on uninitialised value/],
    ['address', /Use of uninitialised value/],
  ] as const) {
    const { status, stderr } = run('valgrind', [...valgrind, driver, fault]);
    assert.equal(status, 9, fault);
    assert.match(stderr, found);
  }
});
