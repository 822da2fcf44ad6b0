import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import ts from 'typescript';
import { relent } from './relent-process.js';

const root = fileURLToPath(new URL('..', import.meta.url));
const documents = ['README.md', 'CONTRIBUTING.md', 'DESIGN.md', 'SECURITY.md'];

interface Block {
  readonly document: string;
  readonly language: string;
  readonly text: string;
}

function codeBlocks(document: string): Block[] {
  const text = readFileSync(join(root, document), 'utf8');
  return [...text.matchAll(/^```(\w*)\n([\s\S]*?)^```/gm)].map(([, language = '', body = '']) => ({
    document,
    language,
    text: body,
  }));
}

const blocks = documents.flatMap(codeBlocks);

test('links to files lead somewhere', () => {
  const dead = documents.flatMap((document) =>
    [...readFileSync(join(root, document), 'utf8').matchAll(/\]\(([^)#:]+)\)/g)]
      .map(([, target = '']) => target)
      .filter((target) => !existsSync(join(root, dirname(document), target))),
  );
  assert.deepEqual(dead, []);
});

test('shell blocks name scripts and commands that exist, with options they know', async () => {
  const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
    scripts: Record<string, string>;
  };
  const lines = blocks.filter(({ language }) => language === 'sh').flatMap(({ text }) => text.split('\n'));
  const helps = new Map<string, string>();
  let seen = 0;
  for (const line of lines.map((each) => each.replace(/\s+#.*$/, '').trim())) {
    const script = /^npm (?:run )?([\w-]+)/.exec(line)?.[1];
    if (script !== undefined) assert.ok(scripts[script] !== undefined, `no script ${script}: ${line}`);
    const command = /^npx relent (data \w+|\w+)/.exec(line)?.[1];
    if (command === undefined) continue;
    seen++;
    const help = helps.get(command) ?? (await relent([...command.split(' '), '--help'])).stdout;
    helps.set(command, help);
    assert.match(help, new RegExp(`^Usage: relent ${command} `), line);
    for (const [option] of line.matchAll(/--[\w-]+/g)) assert.ok(help.includes(option), `${command} has no ${option}`);
  }
  assert.ok(seen >= 9, 'the README shows the commands');
});

test('TypeScript blocks compile, run, and print what their comments say', async () => {
  const examples = blocks.filter(({ language }) => language === 'ts');
  assert.ok(examples.length > 0);
  const folder = mkdtempSync(join(tmpdir(), 'relent-readme-'));
  try {
    symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
    writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
    for (const [i, { text }] of examples.entries()) {
      const source = join(folder, `example-${i}.ts`);
      writeFileSync(source, text);
      const program = ts.createProgram([source], {
        target: ts.ScriptTarget.ES2022,
        module: ts.ModuleKind.NodeNext,
        moduleResolution: ts.ModuleResolutionKind.NodeNext,
        types: ['node'],
        strict: true,
        skipLibCheck: true,
      });
      const problems = ts
        .getPreEmitDiagnostics(program)
        .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'));
      assert.deepEqual(problems, []);
      program.emit();
      const { stdout } = await promisify(execFile)(process.execPath, [source.replace(/\.ts$/, '.js')]);
      const promised = [...text.matchAll(/console\.log\(.*\/\/ (.*)$/gm)].map(([, value]) => value);
      assert.deepEqual(stdout.trim().split('\n'), promised);
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
