/**
 * Operator schemas as text and as data. `printSchema(parseSchema(s)) === s` for every registered operator.
 *
 *     aten::add_.Tensor(Tensor(a!) self, Tensor other, *, Scalar alpha=1) -> Tensor(a!)
 * @module
 */

/** What a value may alias: `a!` is written, `a -> *` enters the wildcard set. */
export interface AliasSet {
  readonly before: readonly string[];
  readonly write: boolean;
  readonly after: readonly string[] | null;
}

/** A type of the schema language. */
export type SchemaType =
  | { readonly kind: 'name'; readonly name: string }
  | { readonly kind: 'alias'; readonly of: SchemaType; readonly set: AliasSet }
  | { readonly kind: 'list'; readonly of: SchemaType; readonly length: number | null }
  | { readonly kind: 'optional'; readonly of: SchemaType }
  | { readonly kind: 'tuple'; readonly of: readonly SchemaType[] }
  | { readonly kind: 'generic'; readonly name: string; readonly of: readonly SchemaType[] };

/** A parameter, or a result (whose name may be empty). `defaultText` is the default as printed, null for none. */
export interface SchemaArgument {
  readonly name: string;
  readonly type: SchemaType;
  readonly defaultText: string | null;
  readonly keywordOnly: boolean;
}

/** A parsed operator schema. */
export interface Schema {
  /** With its namespace: `aten::add`. */
  readonly name: string;
  /** `Tensor` of `aten::add.Tensor`; empty for none. */
  readonly overload: string;
  readonly parameters: readonly SchemaArgument[];
  readonly results: readonly SchemaArgument[];
  /** Takes any further arguments. */
  readonly variadic: boolean;
  /** Returns any number of results. */
  readonly variadicResults: boolean;
  /** The results stand in parentheses even where one alone would not need them. */
  readonly parenthesised: boolean;
}

const generics = new Set(['Dict', 'Future', 'Await', 'RRef', 'Union', 'NamedTuple', 'Optional']);

/** @throws RangeError if `text` is not a schema. */
export function parseSchema(text: string): Schema {
  const open = text.indexOf('(');
  const close = open < 0 ? -1 : matching(text, open);
  if (close < 0 || !text.startsWith(') -> ', close)) throw malformed(text);
  const [name, overload] = splitName(text.slice(0, open));
  const parameters = parseArguments(text.slice(open + 1, close), text);
  let returns = text.slice(close + 5);
  const parenthesised = returns.startsWith('(') && matching(returns, 0) === returns.length - 1;
  if (parenthesised) returns = returns.slice(1, -1);
  const results = parseArguments(returns, text);
  return {
    name,
    overload,
    parameters: parameters.list,
    results: results.list,
    variadic: parameters.variadic,
    variadicResults: results.variadic,
    parenthesised,
  };
}

/** The text that {@link parseSchema} reads. */
export function printSchema(schema: Schema): string {
  const name = schema.overload === '' ? schema.name : `${schema.name}.${schema.overload}`;
  const results = printArguments(schema.results, schema.variadicResults);
  const parameters = printArguments(schema.parameters, schema.variadic);
  return `${name}(${parameters}) -> ${schema.parenthesised ? `(${results})` : results}`;
}

/** A type as the schema language writes it: `Tensor(a!)`, `int[2]`, `Device?`. */
export function printType(type: SchemaType): string {
  switch (type.kind) {
    case 'name':
      return type.name;
    case 'alias':
      return `${printType(type.of)}(${printAlias(type.set)})`;
    case 'list':
      return `${printType(type.of)}[${type.length ?? ''}]`;
    case 'optional':
      return `${printType(type.of)}?`;
    case 'tuple':
      return `(${type.of.map(printType).join(', ')})`;
    case 'generic':
      return `${type.name}(${type.of.map(printType).join(', ')})`;
    default:
      throw type satisfies never;
  }
}

/** Splits `aten::add.Tensor` into the name and the overload. */
export function splitName(text: string): [name: string, overload: string] {
  const dot = text.indexOf('.', text.indexOf('::') + 1);
  return dot < 0 ? [text, ''] : [text.slice(0, dot), text.slice(dot + 1)];
}

/** The alias set of a type, through lists and options; null for none. */
export function aliasOf(type: SchemaType): AliasSet | null {
  switch (type.kind) {
    case 'alias':
      return type.set;
    case 'list':
    case 'optional':
      return aliasOf(type.of);
    default:
      return null;
  }
}

function parseArguments(text: string, schema: string): { list: SchemaArgument[]; variadic: boolean } {
  const list: SchemaArgument[] = [];
  let keywordOnly = false;
  let variadic = false;
  for (const part of splitTop(text, ', ')) {
    if (part === '*') keywordOnly = true;
    else if (part === '...') variadic = true;
    else {
      const [declaration, ...defaults] = splitTop(part, '=');
      const words = splitTop(declaration ?? '', ' ');
      if (words.length < 1 || words.length > 2) throw malformed(schema);
      list.push({
        name: words[1] ?? '',
        type: parseType(words[0]!, schema),
        defaultText: defaults.length > 0 ? defaults.join('=') : null,
        keywordOnly,
      });
    }
  }
  return { list, variadic };
}

function printArguments(list: readonly SchemaArgument[], variadic: boolean): string {
  const parts: string[] = [];
  let keywordOnly = false;
  for (const argument of list) {
    if (argument.keywordOnly && !keywordOnly) parts.push('*');
    keywordOnly = argument.keywordOnly;
    const name = argument.name === '' ? '' : ` ${argument.name}`;
    const value = argument.defaultText === null ? '' : `=${argument.defaultText}`;
    parts.push(`${printType(argument.type)}${name}${value}`);
  }
  if (variadic) parts.push('...');
  return parts.join(', ');
}

// Suffixes bind from the right: `Tensor(a!)[]?` is an optional list of aliased tensors.
function parseType(text: string, schema: string): SchemaType {
  if (text.endsWith('?')) return { kind: 'optional', of: parseType(text.slice(0, -1), schema) };
  if (text.endsWith(']')) {
    const open = text.lastIndexOf('[');
    const length = text.slice(open + 1, -1);
    if (open < 1 || !/^\d*$/.test(length)) throw malformed(schema);
    return { kind: 'list', of: parseType(text.slice(0, open), schema), length: length === '' ? null : Number(length) };
  }
  if (text.endsWith(')')) {
    const open = opening(text);
    const inner = text.slice(open + 1, -1);
    const head = text.slice(0, open);
    if (head === '') return { kind: 'tuple', of: splitTop(inner, ', ').map((part) => parseType(part, schema)) };
    if (generics.has(head))
      return { kind: 'generic', name: head, of: splitTop(inner, ', ').map((part) => parseType(part, schema)) };
    return { kind: 'alias', of: parseType(head, schema), set: parseAlias(inner) };
  }
  if (!/^[\w.]+$/.test(text)) throw malformed(schema);
  return { kind: 'name', name: text };
}

function parseAlias(text: string): AliasSet {
  const [from = '', to] = text.split(' -> ');
  const write = from.endsWith('!');
  const before = (write ? from.slice(0, -1) : from).split('|');
  return { before, write, after: to === undefined ? null : to.split('|') };
}

function printAlias(set: AliasSet): string {
  return `${set.before.join('|')}${set.write ? '!' : ''}${set.after ? ` -> ${set.after.join('|')}` : ''}`;
}

/** Splits at separators outside brackets and quotes; an empty text has no parts. */
function splitTop(text: string, separator: string): string[] {
  const parts: string[] = [];
  let start = 0;
  for (let i = 0; i < text.length; i++) {
    const next = skip(text, i);
    if (next > i) i = next;
    else if (text.startsWith(separator, i)) {
      parts.push(text.slice(start, i));
      i += separator.length - 1;
      start = i + 1;
    }
  }
  if (text !== '') parts.push(text.slice(start));
  return parts;
}

/** The last index of the bracketed or quoted stretch that begins at `i`, or `i` itself if none does. */
function skip(text: string, i: number): number {
  const character = text[i];
  if (character === '(' || character === '[') {
    const end = matching(text, i);
    return end < 0 ? i : end;
  }
  if (character !== '"') return i;
  for (let j = i + 1; j < text.length; j++) {
    if (text[j] === '\\') j++;
    else if (text[j] === '"') return j;
  }
  return i;
}

/** The index of the bracket that closes the one at `open`, or -1. */
function matching(text: string, open: number): number {
  for (let i = open + 1; i < text.length; i++) {
    if (text[i] === ')' || text[i] === ']') return i;
    i = skip(text, i);
  }
  return -1;
}

/** The index of the parenthesis that the last character closes. */
function opening(text: string): number {
  for (let i = text.indexOf('('); i >= 0; i = text.indexOf('(', i + 1))
    if (matching(text, i) === text.length - 1) return i;
  return 0;
}

function malformed(text: string): RangeError {
  return new RangeError(`"schema" expected "name(type argument, …) -> type", got ${JSON.stringify(text)}`);
}
