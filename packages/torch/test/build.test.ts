import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const script = fileURLToPath(new URL('../scripts/build.mjs', import.meta.url));

test('a missing libtorch is an error that says what to type', () => {
  const env = { ...process.env, LIBTORCH: '/nowhere' };
  const { status, stderr } = spawnSync(process.execPath, [script], { env, encoding: 'utf8' });
  assert.equal(status, 1);
  assert.match(stderr, /\$LIBTORCH is \/nowhere/);
  assert.match(stderr, /apt-get install libtorch-dev/);
  assert.doesNotMatch(stderr, /at file:/);
});

test('what is up to date is not built again', () => {
  const { status, stdout } = spawnSync(process.execPath, [script], { encoding: 'utf8' });
  assert.equal(status, 0);
  assert.match(stdout, /up to date/);
});
