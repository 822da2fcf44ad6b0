import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CommanderError } from 'commander';
import { reportFailure } from '../dist/failure.js';
import { UsageError } from '../dist/usage-error.js';

/** What is written to stderr while `run` runs. */
function stderrOf(run: () => void): string {
  const { write } = process.stderr;
  let text = '';
  process.stderr.write = ((chunk: string) => {
    text += chunk;
    return true;
  }) as typeof write;
  try {
    run();
  } finally {
    process.stderr.write = write;
  }
  return text;
}

test('exit codes: 0 for help, 2 for wrong usage, 1 for the rest', () => {
  stderrOf(() => {
    assert.equal(reportFailure(new CommanderError(0, 'commander.helpDisplayed', 'help'), false), 0);
    assert.equal(reportFailure(new CommanderError(1, 'commander.unknownOption', 'no'), false), 2);
    assert.equal(reportFailure(new UsageError('first before last'), false), 2);
    assert.equal(reportFailure(new Error('broken'), false), 1);
    assert.equal(reportFailure('thrown text', false), 1);
  });
});

test('a failure is its message; the stack only when asked for', () => {
  const error = new RangeError('"x" expected 1, got 2');
  assert.match(
    stderrOf(() => reportFailure(error, false)),
    /^.*relent.*: "x" expected 1, got 2\n$/,
  );
  assert.match(
    stderrOf(() => reportFailure(error, true)),
    /^ {4}at /m,
  );
});

test('errors of the system are put in words', () => {
  const failed = (code: string, more: object = {}) =>
    stderrOf(() => reportFailure(Object.assign(new Error(code), { code, ...more }), false));
  assert.match(failed('ENOENT', { path: 'a.relent' }), /no such file: a\.relent/);
  assert.match(failed('EISDIR', { path: 'runs' }), /expected a file, got a folder/);
  assert.match(failed('EACCES', { path: 'a' }), /permission denied: a/);
});
