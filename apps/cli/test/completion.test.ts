import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { completionScript, shells } from '../dist/completion/script.js';
import { describeCommands } from '../dist/completion/vocabulary.js';
import { createProgram } from '../dist/program.js';

const folder = mkdtempSync(join(tmpdir(), 'relent-completion-'));
after(() => rmSync(folder, { recursive: true }));
const commands = await describeCommands(createProgram());
const has = (shell: string) => spawnSync(shell, ['--version'], { stdio: 'ignore' }).status === 0;

/** What bash offers at the end of a line, once the words of `line` are typed. */
function completeInBash(line: string): string[] {
  const script = `${completionScript('bash', commands)}
COMP_LINE="$1"; COMP_POINT=\${#1}; _relent; printf '%s\\n' "\${COMPREPLY[@]}"`;
  return execFileSync('bash', ['-c', script, 'bash', line], { cwd: folder, encoding: 'utf8' }).trim().split('\n');
}

test('bash offers commands, options, choices, names and files', { skip: !has('bash') }, () => {
  writeFileSync(join(folder, 'net.relent'), '');
  assert.deepEqual(completeInBash('relent tr'), ['train']);
  assert.deepEqual(completeInBash('relent data g'), ['get']);
  assert.deepEqual(completeInBash('relent data get fash'), ['fashion-mnist']);
  assert.deepEqual(completeInBash('relent train --sched'), ['--schedule']);
  assert.deepEqual(completeInBash('relent train --schedule '), ['one-cycle', 'cosine']);
  assert.deepEqual(completeInBash('relent eval ne'), ['net.relent']);
  // What stands before the word break is typed already.
  assert.deepEqual(completeInBash('relent train resnet20@fash'), ['fashion-mnist']);
  assert.deepEqual(completeInBash('relent train --epochs '), ['']);
  assert.ok(completeInBash('relent ').includes('inspect'));
});

test('every command and every visible option is in every script', () => {
  for (const shell of shells) {
    const script = completionScript(shell, commands);
    for (const { path, options } of commands) {
      assert.ok(script.includes(path), `${shell}: ${path}`);
      for (const { names } of options)
        for (const name of names.filter((each) => each.startsWith('--')))
          assert.ok(script.includes(shell === 'fish' ? `-l ${name.slice(2)}` : name), `${shell}: ${path} ${name}`);
    }
  }
});

for (const shell of ['zsh', 'fish'] as const)
  test(`the script of ${shell} has no mistakes of syntax`, { skip: !has(shell) }, () => {
    const file = join(folder, `relent.${shell}`);
    writeFileSync(file, completionScript(shell, commands));
    const { status, stderr } = spawnSync(shell, ['-n', file], { encoding: 'utf8' });
    assert.equal(status, 0, stderr);
  });

test('fish offers what it should', { skip: !has('fish') }, () => {
  const file = join(folder, 'relent.fish');
  writeFileSync(file, completionScript('fish', commands));
  const complete = (line: string) =>
    execFileSync('fish', ['--no-config', '-c', `source ${file}; complete -C ${JSON.stringify(line)}`], {
      encoding: 'utf8',
    })
      .trim()
      .split('\n')
      .map((each) => each.split('\t')[0]);
  assert.deepEqual(complete('relent data get fash'), ['fashion-mnist']);
  assert.deepEqual(complete('relent train --schedule '), ['cosine', 'one-cycle']);
  assert.deepEqual(complete('relent insp'), ['inspect']);
});
