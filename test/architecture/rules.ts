/**
 * The rules that each source file of a layer obeys, as functions from a file to its violations.
 *
 * @module
 */
import ts from 'typescript';
import type { Layer } from './layers.js';

/** A source file of a layer; `path` is relative to the layer's folder, such as `src/graph.ts`. */
export interface SourceFile {
  readonly path: string;
  readonly text: string;
  readonly layer: Layer;
  /** Names of the npm packages that the layer's package.json declares. */
  readonly dependencies: ReadonlySet<string>;
}

/** No source file is longer. */
export const maxLines = 400;

/** Names that only some platforms have. `WebAssembly` and `TextEncoder` exist on all that we serve. */
const platformGlobals = new Set([
  ...['process', 'Buffer', 'console', 'require', '__dirname', '__filename', 'global', 'globalThis', 'setImmediate'],
  ...['window', 'document', 'navigator', 'self', 'localStorage', 'Worker', 'WebSocket', 'XMLHttpRequest', 'fetch'],
  ...['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'queueMicrotask', 'performance', 'crypto'],
]);

const drawerNames = /^(utils?|helpers?|common|misc|manager)$/;

function parse(file: SourceFile): ts.SourceFile {
  return ts.createSourceFile(file.path, file.text, ts.ScriptTarget.ES2022, true);
}

function visit(node: ts.Node, each: (node: ts.Node) => void): void {
  each(node);
  ts.forEachChild(node, (child) => visit(child, each));
}

/** The platform a file may use: its layer's, or that of the transport folder it lies in. */
function platformOf(file: SourceFile): Layer['platform'] {
  const folder = /^src\/transport\/(node|browser)\//.exec(file.path)?.[1];
  return file.layer.platform === 'any' && folder !== undefined ? (folder as 'node' | 'browser') : file.layer.platform;
}

/** Every module a file names: static, dynamic, type-only and re-exporting imports. */
export function importedModules(file: SourceFile): string[] {
  const modules: string[] = [];
  visit(parse(file), (node) => {
    const named =
      ts.isImportDeclaration(node) || ts.isExportDeclaration(node)
        ? node.moduleSpecifier
        : ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword
          ? node.arguments[0]
          : ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)
            ? node.argument.literal
            : undefined;
    if (named !== undefined && ts.isStringLiteral(named)) modules.push(named.text);
  });
  return modules;
}

/** Imports against the layer table, the platform and package.json. */
export function importViolations(file: SourceFile): string[] {
  const platform = platformOf(file);
  return importedModules(file).flatMap((module) => {
    if (module.startsWith('.')) {
      const inside = new URL(module, `file:///${file.path}`).pathname;
      const depth = file.path.split('/').length - 1;
      const climbs = module.split('/').filter((part) => part === '..').length;
      return climbs > depth || !/^\/(src|generated)\//.test(inside) ? [`imports "${module}" outside its package`] : [];
    }
    if (module.startsWith('node:')) return platform === 'node' ? [] : [`imports "${module}" on platform ${platform}`];
    const name = module
      .split('/')
      .slice(0, module.startsWith('@') ? 2 : 1)
      .join('/');
    const sibling = /^@relent\/(.+)$/.exec(name)?.[1];
    if (sibling !== undefined && file.layer.mayImport !== 'everything' && !file.layer.mayImport.includes(sibling))
      return [`imports "${name}", which layer ${file.layer.name} may not`];
    return file.dependencies.has(name) ? [] : [`imports "${name}", which its package.json does not declare`];
  });
}

function isName(node: ts.Identifier): boolean {
  const parent = node.parent;
  if (ts.isPropertyAccessExpression(parent)) return parent.name === node;
  if (ts.isQualifiedName(parent)) return parent.right === node;
  if (ts.isImportSpecifier(parent) || ts.isExportSpecifier(parent)) return true;
  return 'name' in parent && parent.name === node && !ts.isShorthandPropertyAssignment(parent);
}

/** Uses of names that only some platforms have, in a file for any platform. */
export function globalViolations(file: SourceFile): string[] {
  if (platformOf(file) !== 'any') return [];
  const declared = new Set<string>();
  const used = new Set<string>();
  visit(parse(file), (node) => {
    if (!ts.isIdentifier(node) || !platformGlobals.has(node.text)) return;
    const ambient = ts.findAncestor(
      node,
      (each) => ts.canHaveModifiers(each) && hasModifier(each, ts.SyntaxKind.DeclareKeyword),
    );
    if (ambient !== undefined) used.add(node.text);
    else if (!isName(node)) used.add(node.text);
    else if (ts.isParameter(node.parent) || ts.isVariableDeclaration(node.parent) || ts.isBindingElement(node.parent))
      declared.add(node.text);
    else if (ts.isFunctionDeclaration(node.parent)) declared.add(node.text);
  });
  return [...used].filter((name) => !declared.has(name)).map((name) => `uses the platform global "${name}"`);
}

function hasModifier(node: ts.Node, kind: ts.SyntaxKind): boolean {
  return ts.canHaveModifiers(node) && (ts.getModifiers(node)?.some((modifier) => modifier.kind === kind) ?? false);
}

/** Async functions in a layer whose style is sync. */
export function asyncViolations(file: SourceFile): string[] {
  if (!file.layer.sync) return [];
  const found: string[] = [];
  const source = parse(file);
  visit(source, (node) => {
    if (hasModifier(node, ts.SyntaxKind.AsyncKeyword) || ts.isAwaitExpression(node)) {
      const { line } = source.getLineAndCharacterOfPosition(node.getStart());
      found.push(`is async at line ${line + 1} in a sync layer`);
    }
  });
  return found;
}

/** Exported names without a doc comment. */
export function docViolations(file: SourceFile): string[] {
  const documented = new Set<string>();
  const bare = new Set<string>();
  for (const statement of parse(file).statements) {
    if (!hasModifier(statement, ts.SyntaxKind.ExportKeyword)) continue;
    const names = ts.isVariableStatement(statement)
      ? statement.declarationList.declarations.map((declaration) => declaration.name.getText())
      : [(statement as ts.FunctionDeclaration).name?.text ?? 'default'];
    const hasDoc = ts.getJSDocCommentsAndTags(statement).length > 0;
    for (const name of names) (hasDoc ? documented : bare).add(name);
  }
  // Overloads and a type beside its constant share one comment.
  return [...bare].filter((name) => !documented.has(name)).map((name) => `exports "${name}" without a doc comment`);
}

/** Length and name of a file; an index only re-exports. */
export function shapeViolations(file: SourceFile): string[] {
  const found: string[] = [];
  const lines = file.text.split('\n').length - (file.text.endsWith('\n') ? 1 : 0);
  if (lines > maxLines) found.push(`has ${lines} lines, more than ${maxLines}`);
  const stem =
    file.path
      .split('/')
      .at(-1)
      ?.replace(/\.[^.]+$/, '') ?? '';
  if (drawerNames.test(stem)) found.push(`is named "${stem}", which says nothing`);
  if (stem !== stem.toLowerCase() || stem.includes('_')) found.push(`is named "${stem}", not in kebab-case`);
  if (file.path === 'src/index.ts' && parse(file).statements.some((statement) => !ts.isExportDeclaration(statement)))
    found.push('does more than re-export');
  return found;
}

/** All rules together, each violation preceded by the file's path. */
export function violations(file: SourceFile): string[] {
  const rules = [importViolations, globalViolations, asyncViolations, docViolations, shapeViolations];
  return rules.flatMap((rule) => rule(file)).map((text) => `${file.layer.name}/${file.path} ${text}`);
}
