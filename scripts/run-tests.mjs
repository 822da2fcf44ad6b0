/**
 * Runs compiled test files with `node:test` and counts.
 *
 * @module
 */
import { run } from 'node:test';
import { spec } from 'node:test/reporters';

const fileTimeoutMs = 10 * 60 * 1000;

/**
 * Runs test files, two at a time, each in a process of its own, and prints the report.
 * @param files - absolute paths.
 * @returns how many tests passed, failed and were skipped; suites do not count. A file that fails outside a test counts
 *          as one failure.
 */
export function runTests(files) {
  const tally = { passed: 0, failed: 0, skipped: 0 };
  // A file is a test of its own in the stream; it counts only when it failed without a test of its own failing.
  const isFile = (event) => event.nesting === 0 && files.includes(event.name);
  const failedIn = new Set();
  return new Promise((resolve) => {
    const stream = run({ files, concurrency: 2, timeout: fileTimeoutMs });
    stream.on('test:pass', (event) => {
      if (isFile(event) || event.details?.type === 'suite') return;
      if (event.skip !== undefined || event.todo !== undefined) tally.skipped++;
      else tally.passed++;
    });
    stream.on('test:fail', (event) => {
      if (event.details?.type === 'suite') return;
      if (isFile(event) && failedIn.has(event.name)) return;
      failedIn.add(event.file ?? event.name);
      tally.failed++;
    });
    // The report ends after the stream it is made of: what is printed next must come last.
    const report = stream.compose(new spec());
    report.on('data', (text) => process.stdout.write(text));
    report.on('end', () => resolve(tally));
  });
}
