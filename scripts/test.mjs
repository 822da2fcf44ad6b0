/**
 * `npm test`: setup, lint, then every compiled test. The last line is `N passed, M failed`, alone.
 *
 * `npm test -- graph crypto` runs only the folders whose path contains one of the words.
 *
 * @module
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runTests } from './run-tests.mjs';
import { installChromium, setup } from './setup.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));

/** Compiled tests of every workspace, then those of the repository as a whole. */
function testFiles(words) {
  const folders = ['packages', 'apps'].flatMap((group) =>
    readdirSync(join(root, group), { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map((entry) => join(root, group, entry.name, 'dist-test')),
  );
  return [...folders, join(root, 'dist-test')]
    .filter((folder) => existsSync(folder))
    .flatMap((folder) => readdirSync(folder, { recursive: true }).map((file) => join(folder, String(file))))
    .filter((file) => file.endsWith('.test.js') && hasSource(file))
    .filter((file) => words.length === 0 || words.some((word) => relative(root, file).includes(word)))
    .sort();
}

/** A compiled test whose source is gone is a leftover of an earlier build. */
function hasSource(file) {
  return existsSync(file.replace(/dist-test([\\/])/, 'test$1').replace(/\.js$/, '.ts'));
}

function lint() {
  console.log('test: biome check …');
  const biome = join(root, 'node_modules/@biomejs/biome/bin/biome');
  return spawnSync(process.execPath, [biome, 'check', '.'], { cwd: root, stdio: 'inherit' }).status === 0;
}

const tally = { passed: 0, failed: 0, skipped: 0 };
try {
  setup();
  const clean = lint();
  if (clean) tally.passed++;
  else tally.failed++;
  const files = testFiles(process.argv.slice(2));
  if (files.some((file) => /[\\/]browser[\w-]*\.test\.js$/.test(file))) installChromium();
  console.log(`test: ${files.length} files …`);
  const found = await runTests(files);
  for (const key of ['passed', 'failed', 'skipped']) tally[key] += found[key];
  if (found.passed + found.failed === 0) throw new Error('no test ran');
} catch (error) {
  console.error(`test: ${error.message}`);
  tally.failed++;
}
process.exitCode = tally.failed > 0 ? 1 : 0;
const closing = `${tally.passed} passed, ${tally.failed} failed${tally.skipped > 0 ? `, ${tally.skipped} skipped` : ''}`;
process.stdout.write(`\n${closing}\n`);
