import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';

// The scripts are plain JavaScript, since they run before TypeScript is installed.
const load = async <T>(name: string) => (await import(new URL(`../scripts/${name}.mjs`, import.meta.url).href)) as T;

interface Locked {
  readonly version?: string;
  readonly optional?: boolean;
}

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'relent-setup-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function write(path: string, packages: Record<string, Locked>): void {
  mkdirSync(join(folder, 'node_modules'), { recursive: true });
  writeFileSync(join(folder, path), JSON.stringify({ packages }));
}

test('npm ci runs again only when the packages differ from the lock file', async () => {
  const { packagesAreCurrent } = await load<{ packagesAreCurrent(folder: string): boolean }>('setup');
  const wanted = {
    '': {},
    'node_modules/zod': { version: '4.6.7' },
    'node_modules/other-os': { version: '1.0.0', optional: true },
  };
  assert.equal(packagesAreCurrent(folder), false, 'nothing is there');
  write('package-lock.json', wanted);
  assert.equal(packagesAreCurrent(folder), false, 'node_modules is missing');
  write('node_modules/.package-lock.json', { 'node_modules/zod': { version: '4.6.7' } });
  assert.equal(packagesAreCurrent(folder), false, 'the folder of a package is gone');
  mkdirSync(join(folder, 'node_modules/zod'));
  assert.equal(packagesAreCurrent(folder), true);
  write('node_modules/.package-lock.json', { 'node_modules/zod': { version: '4.6.6' } });
  assert.equal(packagesAreCurrent(folder), false, 'another version is there');
});

test('the runner counts tests, not suites or files, and sees a file that breaks', async () => {
  const runner = new URL('../scripts/run-tests.mjs', import.meta.url).href;
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
  const files = {
    'mixed.test.js': `import { describe, test } from 'node:test';
      test('passes', () => {});
      test('is skipped', { skip: true }, () => {});
      describe('suite', () => { test('fails', () => { throw new Error('no'); }); });`,
    'broken.test.js': "throw new Error('does not load');",
    'go.js': `import { runTests } from '${runner}';
      const tally = await runTests(['mixed', 'broken'].map((name) => new URL(name + '.test.js', import.meta.url).pathname));
      process.stdout.write('\\nTALLY ' + JSON.stringify(tally) + '\\n');`,
  };
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  const { execFileSync } = await import('node:child_process');
  const { NODE_TEST_CONTEXT: _, ...env } = process.env;
  const output = execFileSync(process.execPath, ['go.js'], { cwd: folder, encoding: 'utf8', env });
  assert.match(output, /TALLY \{"passed":1,"failed":2,"skipped":1\}\n$/, 'the tally comes after the report');
});
