import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { type Layer, readLayerTable } from './architecture/layers.js';
import * as rules from './architecture/rules.js';

const root = fileURLToPath(new URL('..', import.meta.url));

function layerFolder(name: string): string | undefined {
  return [join(root, 'packages', name), join(root, 'apps', name)].find((folder) => existsSync(folder));
}

function filesUnder(folder: string, endings: RegExp): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && endings.test(entry.name))
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name));
}

function sourceFiles(layer: Layer): rules.SourceFile[] {
  const folder = layerFolder(layer.name);
  if (folder === undefined) return [];
  const declared = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { dependencies?: object };
  const dependencies = new Set(Object.keys(declared.dependencies ?? {}));
  return filesUnder(join(folder, 'src'), /\.ts$/).map((path) => ({
    path: relative(folder, path),
    text: readFileSync(path, 'utf8'),
    layer,
    dependencies,
  }));
}

describe('the repository', () => {
  const layers = readLayerTable(readFileSync(join(root, 'DESIGN.md'), 'utf8'));

  test('has the layers of DESIGN.md, and no others', () => {
    const folders = ['packages', 'apps'].flatMap((group) => readdirSync(join(root, group)));
    assert.deepEqual(
      folders.filter((name) => !layers.has(name)),
      [],
    );
    assert.ok(layers.size >= folders.length && folders.length >= 7);
  });

  for (const layer of layers.values())
    test(`obeys the rules in layer ${layer.name}`, { skip: layerFolder(layer.name) === undefined }, () => {
      const files = sourceFiles(layer);
      assert.ok(files.length > 0, `layer ${layer.name} has no sources`);
      assert.deepEqual(files.flatMap(rules.violations), []);
    });

  test(`has no source file over ${rules.maxLines} lines, C, C++, tests and scripts included`, () => {
    const folders = ['scripts', 'test', 'bench'].map((name) => join(root, name));
    for (const group of ['packages', 'apps'])
      for (const name of readdirSync(join(root, group)))
        folders.push(...['src', 'test', 'native', 'c', 'scripts'].map((part) => join(root, group, name, part)));
    const long = folders
      .flatMap((folder) => filesUnder(folder, /\.(ts|mjs|js|c|cc|h)$/))
      .filter((path) => readFileSync(path, 'utf8').split('\n').length - 1 > rules.maxLines);
    assert.deepEqual(
      long.map((path) => relative(root, path)),
      [],
    );
  });
});

describe('each rule can fail', () => {
  const table = `# Design\n
| package | may import | platform | style |
| --- | --- | --- | --- |
| graph | | any | sync |
| train | graph, torch | node | |
| cli | everything | node | |
`;
  const layers = readLayerTable(table);
  const file = (layer: string, text: string, path = 'src/thing.ts'): rules.SourceFile => ({
    path,
    text,
    layer: layers.get(layer)!,
    dependencies: new Set(['@relent/graph', '@relent/torch', '@relent/crypto', 'zod']),
  });

  test('the table is read as written', () => {
    assert.deepEqual([...layers.keys()], ['graph', 'train', 'cli']);
    assert.deepEqual(layers.get('train'), {
      name: 'train',
      mayImport: ['graph', 'torch'],
      platform: 'node',
      sync: false,
    });
    assert.equal(layers.get('cli')?.mayImport, 'everything');
    assert.throws(() => readLayerTable('# Design'), RangeError);
    assert.throws(() => readLayerTable(table.replace('| node | |', '| mars | |')), RangeError);
  });

  test('a wrong import', () => {
    const crypto = ['imports "@relent/crypto", which layer train may not'];
    assert.deepEqual(rules.importViolations(file('train', "import { ring } from '@relent/crypto';")), crypto);
    assert.deepEqual(rules.importViolations(file('train', "import type { Ring } from '@relent/crypto';")), crypto);
    assert.deepEqual(rules.importViolations(file('train', "export * from '@relent/crypto';")), crypto);
    assert.deepEqual(rules.importViolations(file('train', "const c = await import('@relent/crypto');")), crypto);
    assert.deepEqual(rules.importViolations(file('train', "type T = import('@relent/crypto').Ring;")), crypto);
    assert.equal(rules.importViolations(file('train', "import '../../crypto/src/ring.js';")).length, 1);
    assert.equal(rules.importViolations(file('train', "import chalk from 'chalk';")).length, 1);
    assert.deepEqual(
      rules.importViolations(file('cli', "import '@relent/crypto'; import 'zod'; import './a.js';")),
      [],
    );
    assert.deepEqual(rules.importViolations(file('train', "import '../layers/a.js';", 'src/data/b.ts')), []);
  });

  test('a Node module or a platform global in a neutral package', () => {
    assert.equal(rules.importViolations(file('graph', "import 'node:fs';")).length, 1);
    assert.deepEqual(rules.importViolations(file('graph', "import 'node:net';", 'src/transport/node/tcp.ts')), []);
    assert.deepEqual(rules.globalViolations(file('graph', 'console.log(1);')), ['uses the platform global "console"']);
    assert.deepEqual(rules.globalViolations(file('graph', 'const b = Buffer.alloc(1);')).length, 1);
    assert.equal(rules.globalViolations(file('graph', 'declare const process: { env: object };')).length, 1);
    assert.equal(rules.globalViolations(file('graph', 'export const p = { process };')).length, 1);
    assert.deepEqual(rules.globalViolations(file('graph', 'const f = (process: number) => process + 1;')), []);
    assert.deepEqual(rules.globalViolations(file('graph', 'const x = options.process;')), []);
    assert.deepEqual(rules.globalViolations(file('train', 'console.log(1);')), []);
  });

  test('an async function in a sync package', () => {
    assert.equal(rules.asyncViolations(file('graph', 'export async function load() {}')).length, 1);
    assert.equal(rules.asyncViolations(file('graph', 'const f = async () => 1;')).length, 1);
    assert.equal(rules.asyncViolations(file('graph', 'class A { async b() {} }')).length, 1);
    assert.deepEqual(rules.asyncViolations(file('graph', 'export function load() {}')), []);
    assert.deepEqual(rules.asyncViolations(file('train', 'export async function load() {}')), []);
  });

  test('an exported name without doc comment', () => {
    assert.deepEqual(rules.docViolations(file('graph', 'export const a = 1;')), ['exports "a" without a doc comment']);
    assert.equal(rules.docViolations(file('graph', 'export interface A {}')).length, 1);
    assert.equal(rules.docViolations(file('graph', '// plain\nexport function a() {}')).length, 1);
    assert.deepEqual(rules.docViolations(file('graph', '/** Does a. */\nexport function a() {}')), []);
    assert.deepEqual(rules.docViolations(file('graph', 'const hidden = 1;\nexport { a } from "./a.js";')), []);
  });

  test('a file that is too long, badly named, or an index that does work', () => {
    assert.equal(rules.shapeViolations(file('graph', '\n'.repeat(401))).length, 1);
    assert.deepEqual(rules.shapeViolations(file('graph', '\n'.repeat(400))), []);
    assert.equal(rules.shapeViolations(file('graph', '', 'src/utils.ts')).length, 1);
    assert.equal(rules.shapeViolations(file('graph', '', 'src/gateMap.ts')).length, 1);
    assert.equal(rules.shapeViolations(file('graph', 'export const a = 1;', 'src/index.ts')).length, 1);
    assert.deepEqual(rules.shapeViolations(file('graph', "export * from './a.js';", 'src/index.ts')), []);
  });
});
